import { expect, it } from 'vitest';
import { defaultLimits } from '../../../core/archive/limits.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { bzip2Bomb } from '../../support/archives/build-bzip2.ts';
import { endBlocks, rawMember } from '../../support/archives/build-tar.ts';
import { buildFrame, rawBlock, runBlock, zstdBomb } from '../../support/archives/build-zstd.ts';
import { buildConda, stem } from '../../support/packages/build-package.ts';
import { inspectPackage } from '../../support/packages/inspect-package.ts';
import { refusalOf } from '../../support/packages/refusal.ts';

const inspect = (bytes: Uint8Array, extension: string, limits = defaultLimits) =>
  inspectPackage(bytesSource(bytes), packageFileNameSchema.parse(`${stem}${extension}`), limits);

/** How much higher the process's peak is afterwards, in MiB; a peak never falls, so this can only say too little. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.resourceUsage().maxRSS;
  await work();
  return (process.resourceUsage().maxRSS - before) / 1024;
}

// One test, so that no other comes first and lifts the peak: the cheapest case goes first.
it('reads hostile and large packages in bounded memory', async () => {
  const bombs = { zstd: buildConda({ pkg: zstdBomb() }), bzip2: bzip2Bomb() };
  expect(await growth(() => refusalOf(inspect(bombs.zstd, '.conda')))).toBeLessThan(128);

  const size = 800 * 128 * 1024;
  const header = Buffer.from(rawMember({ name: 'big', size })).toString('latin1');
  const runs = Array.from({ length: 800 }, () => runBlock(128 * 1024));
  const end = rawBlock(Buffer.from(endBlocks).toString('latin1'));
  const pkg = buildFrame({ blocks: [rawBlock(header), ...runs, end], windowLog: 20 });
  const large = buildConda({ pkg });
  const limits = { ...defaultLimits, ratio: 10 ** 6 };
  expect(
    await growth(async () => expect((await inspect(large, '.conda', limits)).bytes).toBeGreaterThan(size)),
  ).toBeLessThan(128);

  expect(
    await growth(async () => expect(await refusalOf(inspect(bombs.bzip2, '.tar.bz2'))).toBe('A13.ratio')),
  ).toBeLessThan(256);
});
