import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inject } from 'vitest';

/**
 * Has the first test file that asks make something, which all test files of the run then share: bundles and a
 * synthesized stack take seconds of a processor each.
 *
 * @param name of a folder that `make` may fill
 * @param make gives what JSON can hold
 */
export async function oncePerRun<T>(name: string, make: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = join(inject('runFolder'), name);
  const [made, lock] = [`${folder}.json`, `${folder}.lock`];
  await mkdir(folder, { recursive: true });
  while (!existsSync(made)) {
    const isMine = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (!isMine) await wait(50);
    else if (existsSync(made)) await rmdir(lock);
    else
      try {
        await writeFile(`${made}.unfinished`, JSON.stringify(await make(folder)));
        await rename(`${made}.unfinished`, made);
      } finally {
        await rmdir(lock);
      }
  }
  return JSON.parse(await readFile(made, 'utf8'));
}
