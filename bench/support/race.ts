import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Contender, floor } from './contender.ts';
import { type Measured, measure } from './measure.ts';

export interface Race {
  readonly contenders: readonly Contender[];
  /** A channel's folder without an index. */
  readonly folder: string;
  /** A package file to add to its `linux-64` for the second measurement. */
  readonly oneMore: string;
  readonly runs: number;
  /**
   * Where copies may go: on the file system of `folder`, since they are hard links. They stay: after many deletions ext4
   * takes half a minute to find free inodes as fast as before, and that would count against whoever comes next.
   */
  readonly work: string;
}

export interface Result {
  readonly cold: Measured[];
  /** With an index and one new package; the floor has none. */
  readonly plusOne: Measured[];
}

/** Each contender in turn on a fresh copy, as often as asked. */
export async function race({ contenders, folder, oneMore, runs, work }: Race): Promise<Map<Contender, Result>> {
  const results = new Map(contenders.map((contender): [Contender, Result] => [contender, { cold: [], plusOne: [] }]));
  for (let run = 0; run < runs; run++) {
    for (const [contender, { cold, plusOne }] of results) {
      const store = join(work, `${contender.name}-${run}`);
      const copy = join(store, 'conda');
      await measure(`mkdir -p '${store}' && cp -rl '${folder}' '${copy}'`);
      const command = contender.command.replaceAll('{folder}', copy);
      cold.push(await measure(command));
      if (contender !== floor) {
        await cp(oneMore, join(copy, 'linux-64', basename(oneMore)));
        plusOne.push(await measure(command));
      }
    }
  }
  return results;
}
