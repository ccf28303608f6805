import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { serveForTest } from '../../support/served/served-stores.ts';

const gibibyte = 1024 ** 3;

/** A package of 5 GiB that takes no room on the disk, with these words at these places. */
async function largePackage(words: Readonly<Record<number, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-large-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'conda/noarch'), { recursive: true });
  const file = await open(join(folder, 'conda/noarch/large-1-0.conda'), 'w');
  await file.truncate(5 * gibibyte);
  for (const [at, word] of Object.entries(words)) await file.write(word, Number(at));
  await file.close();
  return `${await serveForTest({ store: folderStore(folder) })}/conda/noarch/large-1-0.conda`;
}

test('a part beyond 4 GiB is that part, over slices and from the end', async () => {
  const place = 4 * gibibyte + 300_000;
  const url = await largePackage({ [place]: 'here', [5 * gibibyte - 3]: 'end' });
  const part = async (range: string) => {
    const response = await fetch(url, { headers: { range } });
    return { range: response.headers.get('content-range'), bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const exact = await part(`bytes=${place}-${place + 3}`);
  expect([exact.range, exact.bytes.toString()]).toEqual([`bytes ${place}-${place + 3}/${5 * gibibyte}`, 'here']);
  const over = await part(`bytes=${place - 299_999}-${place + 600_003}`);
  expect([over.bytes.length, over.bytes.indexOf('here'), over.bytes.lastIndexOf('here')]).toEqual([
    900_003, 299_999, 299_999,
  ]);
  expect((await part('bytes=-3')).bytes.toString()).toBe('end');
  const head = await fetch(url, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(5 * gibibyte));
});
