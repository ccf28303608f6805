import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { parseJson } from '../../core/json/json.ts';
import { packageFileNameSchema, packageFileParts } from '../../core/names/package-file-name.ts';
import type { Candidate, CandidatePool } from '../../core/ports/solver.ts';
import { recordSchema } from '../../core/record/record.ts';
import { corpus } from '../support/packages/corpus.ts';
import { poolOf } from '../support/solver/candidates.ts';

const read = <T>(path: string, schema: z.ZodType<T>): T => parseJson(readFileSync(path, 'utf8'), schema, path);

const closuresSchema = z.record(
  z.string(),
  z.object({
    closed: z.array(z.tuple([packageFileNameSchema, z.int()])),
    open: z.array(z.tuple([packageFileNameSchema, z.string()])),
  }),
);
const { channels } = read(join(corpus, 'CLOSURES.json'), z.object({ channels: z.record(z.string(), closuresSchema) }));

const records = z.record(z.string(), z.unknown()).default({});
const repodataSchema = z.object({ packages: records, 'packages.conda': records });

/** The virtual packages the closures were found with; see "how" there. */
const virtualPackages = (platform: string): Record<string, string> => {
  if (platform.startsWith('win')) return { __win: '0' };
  return { __unix: '0', ...(platform.startsWith('osx') ? { __osx: '14' } : { __linux: '6.1', __glibc: '2.36' }) };
};

function channelPool(channel: string, platform: string): CandidatePool {
  const candidates = [...new Set([platform, 'noarch'])].flatMap((subdir) => subdirCandidates(channel, subdir));
  return poolOf(candidates, { platform, virtualPackages: virtualPackages(platform) });
}

/** As conda sees the subdir: a `.tar.bz2` hides behind its `.conda` twin. */
function subdirCandidates(channel: string, subdir: string): Candidate[] {
  const path = join(corpus, 'channels', channel, subdir, 'repodata.json');
  if (!existsSync(path)) return [];
  const { packages, 'packages.conda': conda } = read(path, repodataSchema);
  const shown = Object.entries(packages).filter(([name]) => !(name.replace(/\.tar\.bz2$/, '.conda') in conda));
  return [...shown, ...Object.entries(conda)].flatMap(([fileName, value]) => {
    const record = recordSchema.safeParse(value);
    return record.success ? [{ key: `${subdir}/${fileName}`, record: record.data }] : [];
  });
}

/** How many packages a solution holds, the virtual packages that these need included. */
function sizeOf(pool: CandidatePool, keys: readonly string[]): number {
  const all = [...pool.candidates.values()].flat().filter(({ key }) => keys.includes(key));
  const names = all.flatMap(({ record }) => record.depends.map((spec) => spec.split(/[^\w.-]/)[0] ?? ''));
  return keys.length + new Set(names.filter((name) => name in pool.virtualPackages)).size;
}

describe('rattler finds what is known to solve from each channel alone', () => {
  const solver = rattlerSolver();
  afterAll(() => solver[Symbol.asyncDispose]());
  const specOf = (fileName: z.infer<typeof packageFileNameSchema>): string => {
    const { name, version, build } = packageFileParts(fileName);
    return `${name} ==${version} ${build}`;
  };

  for (const [channel, platforms] of Object.entries(channels)) {
    for (const [platform, { closed, open }] of Object.entries(platforms)) {
      it(`${channel}/${platform}: ${closed.length} close, ${open.length} do not`, async () => {
        const pool = channelPool(channel, platform);
        const sizes = await Promise.all(
          closed.map(async ([fileName]) => {
            const solution = await solver.solve(pool, [specOf(fileName)]);
            return [fileName, solution.status === 'solved' ? sizeOf(pool, solution.keys) : solution.explanation];
          }),
        );
        expect(sizes).toEqual(closed);
        for (const [fileName] of open) {
          const explanation = expect.stringContaining(packageFileParts(fileName).name);
          expect(await solver.solve(pool, [specOf(fileName)])).toEqual({ status: 'unsolvable', explanation });
        }
      });
    }
  }
});
