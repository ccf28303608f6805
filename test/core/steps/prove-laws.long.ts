import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { type Allowlist, parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { readIndex } from '../../../core/index/read-index.ts';
import { provenKey } from '../../../core/layout/keys.ts';
import { noarch, type Subdir, subdirSchema } from '../../../core/names/subdir.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import type { Store } from '../../../core/ports/store.ts';
import { preferConda } from '../../../core/record/other-format.ts';
import { narrowKey } from '../../../core/solve/candidate-pool.ts';
import { channelPools } from '../../../core/solve/channel-pools.ts';
import { type ProofWorld, type ProvenChannel, proveEntries } from '../../../core/solve/prove-entries.ts';
import { prove } from '../../../core/steps/prove.ts';
import { type NamedRecord, repodataDocument, writeRepodata } from '../../../local/sample/write-repodata.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { key } from '../../support/store/objects.ts';

let solver: Solver;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  solver = rattlerSolver();
  folder = await temporaryFolder();
});
afterAll(async () => {
  await solver[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const linux = subdirSchema.parse('linux-64');
const names = ['python', 'pip', 'a', 'b', 'c', 'd'];
const packages = [
  'a',
  'b >=2',
  'c',
  'd',
  'python',
  { spec: 'c >=2', depends: ['b[subdir=noarch]'] },
  'a[subdir=linux-64]',
];
const environments = { both: ['a', 'c'] };

interface Package {
  readonly name: string;
  readonly version: string;
  readonly depends: readonly string[];
  readonly subdir: Subdir;
  readonly format: string;
}

const dependency = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom(...names), fc.constantFrom('', ' >=2', ' 1')).map((of) => of.join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom('gone', '__glibc >=2.17', '__glibc >=9') },
);
const onePackage: fc.Arbitrary<Package> = fc.record({
  name: fc.constantFrom(...names),
  version: fc.constantFrom('1', '2', '3.8.1'),
  depends: fc.uniqueArray(dependency, { maxLength: 2 }),
  subdir: fc.constantFrom(linux, noarch),
  format: fc.constantFrom('.conda', '.conda', '.tar.bz2'),
});
const fileOf = ({ name, version, subdir, format }: Package) => `${subdir}/${name}-${version}-0${format}`;
const channel = fc.uniqueArray(onePackage, { selector: fileOf, minLength: 3, maxLength: 14 });

async function publish(path: string, all: readonly Package[], forms: readonly ('json' | 'shards')[]) {
  for (const subdir of [linux, noarch]) {
    const records = all
      .filter((one) => one.subdir === subdir)
      .map(({ format, ...record }): NamedRecord => {
        const hashes = { md5: '0'.repeat(32), sha256: '0'.repeat(64), size: 1 };
        return [`${record.name}-${record.version}-0${format}`, { ...record, ...hashes, build: '0', build_number: 0 }];
      });
    await writeRepodata(join(path, 'conda'), repodataDocument(subdir, records), forms);
  }
}

function allowing(python: readonly string[]): Allowlist {
  const text = {
    channels: ['https://x.test/c'],
    platforms: ['linux-64'],
    packages,
    environments,
    ...(python.length > 0 && { python }),
  };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(text)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
}

let wholes = 0;

/** The whole channel, whatever is asked for. */
function whole(store: Store): ProvenChannel {
  const read = async (path: string) => (await store.read(key(`conda/${path}`)))?.bytes ?? null;
  return {
    async pool(on, specs) {
      if (narrowKey(specs) === '') return { ...on, id: `whole ${++wholes}`, read };
      const records = async (subdir: Subdir) =>
        [subdir, (await readIndex(store, 'conda', subdir)) ?? new Map()] as const;
      const served = new Map(await Promise.all([linux, noarch].map(records)));
      return channelPools(served, preferConda).pool(on, specs);
    },
  };
}

/** A solver that counts. */
function counting() {
  const counted = { solves: 0 };
  const solve: Solver['solve'] = (...what) => {
    counted.solves += 1;
    return solver.solve(...what);
  };
  return Object.assign(counted, { world: { channel: 'conda' as const, solver: { ...solver, solve }, log: () => {} } });
}

/** Whether each entry installs, each solved anew from all of the channel. */
async function installable(allowlist: Allowlist, store: Store, world: ProofWorld): Promise<boolean[]> {
  const expected: boolean[] = [];
  for await (const group of proveEntries(allowlist, whole(store), world))
    expected.push(group.some(({ status }) => status === 'solved'));
  return expected;
}

const changed = (all: readonly Package[], [isThere, one]: readonly [boolean, Package]): readonly Package[] => [
  ...all.filter((other) => fileOf(other) !== fileOf(one)),
  ...(isThere ? [one] : []),
];

describe.each([
  ['repodata.json', ['json'], 15],
  ['shards', ['json', 'shards'], 4],
] as const)('a proof by %s', (_of, forms, numRuns) => {
  it('that solves what changed alone says what a proof of the whole channel says', async () => {
    const changes = fc.array(fc.tuple(fc.boolean(), onePackage), { minLength: 1, maxLength: 3 });
    const pythons = fc.constantFrom<string[]>([], ['3.8', '3.9']);
    const [some, every] = [counting(), counting()];
    let run = 0;
    await fc.assert(
      fc.asyncProperty(channel, changes, pythons, async (first, then, python) => {
        const path = join(folder.path, `${forms.join('-')}-${run++}`);
        const store = folderStore(path);
        const allowlist = allowing(python);
        let all: readonly Package[] = first;
        for (const change of [null, ...then]) {
          if (change !== null) all = changed(all, change);
          await publish(path, all, forms);
          const { proof } = await prove(allowlist, { ...some.world, store });
          expect(proof.entries.map((entry) => entry.installable)).toEqual(
            await installable(allowlist, store, every.world),
          );
          const known = await store.read(provenKey('conda'));
          await store.delete(provenKey('conda'));
          expect((await prove(allowlist, { ...counting().world, store })).proof).toEqual(proof);
          await store.put(provenKey('conda'), known?.bytes ?? Buffer.of());
        }
        await rm(path, { recursive: true });
      }),
      { numRuns },
    );
    expect(some.solves).toBeLessThan(every.solves);
  });
});
