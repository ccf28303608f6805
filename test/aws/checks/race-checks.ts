import { describe, expect, it } from 'vitest';
import { sqsQueue } from '../../../adapters/queue-sqs.ts';
import { objectKeySchema } from '../../../core/layout/keys.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { listPackages } from '../../../core/store/list-packages.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { small } from '../../support/cli/start-lab.ts';
import { seededRandom } from '../../support/random.ts';
import { readRepodata } from '../read-repodata.ts';
import { until, untilQuiet } from '../until.ts';
import type { Scene } from './scene.ts';

/** Nothing else is in it. */
const subdir = subdirSchema.parse('linux-aarch64');
const [objects, writers] = [500, 8];
const rounds = Array.from({ length: Number(process.env['GATEHOUSE_RACES'] ?? 1) }, (_, round) => round + 1);

/** File name -> sha256 of what was put and not deleted, in all rounds. */
type Standing = Map<string, string>;

/** Many writers at once. */
export function raceChecks(scene: () => Scene): void {
  const standing: Standing = new Map();
  describe('500 objects by 8 writers, with duplicates and deletes', () => {
    it.each(rounds)('make an index that is the listing (round %i)', async (round) => {
      const { deployment } = scene();
      const numbers = Array.from({ length: objects }, (_, i) => i).values();
      const writer = (_: unknown, i: number) =>
        write(scene(), { round, numbers, standing, random: seededRandom(10 * round + i) });
      await Promise.all(Array.from({ length: writers }, writer));
      expect(numbers.next().done).toBe(true);
      await until('the index is as many as were put', deployment, async () => {
        return Object.keys(await readRepodata(deployment, subdir)).length === standing.size;
      });
      await untilQuiet(deployment);
      const names: string[] = [];
      for await (const { filename } of listPackages(deployment.store, 'conda', subdir)) names.push(filename);
      const indexed = Object.entries(await readRepodata(deployment, subdir));
      expect(indexed.map(([name]) => name).sort()).toEqual(names.sort());
      expect(new Map(indexed.map(([name, { sha256 }]) => [name, sha256]))).toEqual(standing);
    });
  });
}

interface Writing {
  readonly round: number;
  /** Those that no writer took yet. */
  readonly numbers: Iterator<number> & Iterable<number>;
  readonly standing: Standing;
  readonly random: () => number;
}

/** Puts, puts again, says again that it did, and deletes some of what it put, some of it to put it once more. */
async function write({ deployment }: Scene, { round, numbers, standing, random }: Writing): Promise<void> {
  const { store, outputs, sqs } = deployment;
  const index = sqsQueue(outputs.indexQueue, { client: sqs });
  for (let taken = numbers.next(); !taken.done; taken = numbers.next()) {
    const { filename, bytes, digests } = await buildPackage(small(`race ${round}.${taken.value}`, [], { subdir }));
    const key = objectKeySchema.parse(`conda/${subdir}/${filename}`);
    const put = () => store.put(key, bytes, { absent: true });
    expect(await put()).toMatchObject({ status: 'written' });
    standing.set(filename, digests.sha256);
    if (random() < 0.2) expect(await put()).toEqual({ status: 'conflict' });
    if (random() < 0.2) await index.send([event('ObjectCreated:Put', key), event('ObjectRemoved:Delete', key)]);
    if (random() >= 0.3) continue;
    await store.delete(key);
    if (random() < 0.5) await put();
    else standing.delete(filename);
  }
}

/** As S3 tells it; true or not, for it is a hint. */
const event = (eventName: string, key: string): string =>
  JSON.stringify({ Records: [{ eventVersion: '2.1', eventName, s3: { object: { key } } }] });
