import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { rattlerSolver } from '../../../../adapters/solver-rattler/solver-rattler.ts';
import type { Proof } from '../../../../core/documents/proof.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { condaInstalls } from '../../../../core/publish/solving/conda-installs.ts';
import { type OfferedPackage, openOwnChannel } from '../../../../core/publish/solving/own-channel.ts';
import { pageOf } from '../../../../core/publish/solving/packages-of-wheel.ts';
import { pipInstalls } from '../../../../core/publish/solving/pip-installs.ts';
import { prove } from '../../../../core/steps/prove.ts';
import {
  offeredPackage,
  offeredWheel,
  ownAllowlist,
  pythons,
  serveRecords,
  serveWheels,
  type WrittenRecord,
} from '../../../support/publish/own-scene.ts';
import { memoryStore, newBucket } from '../../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

/** The solver keeps what it read by its tags: they must tell the contents of one store from those of another. */
const taggedStore = () => memoryStore({}, newBucket({ etagOf: sha256Of }));

const platforms = ['linux-64', 'win-64'];
const name = fc.constantFrom('acme-a', 'acme-b', 'acme-c', 'other');
const version = fc.constantFrom('1', '2');
const range = fc.constantFrom('', '>=2', '<2', '==1');

const condaNeed = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(name, range).map(([one, of]) => (of === '' ? one : `${one} ${of}`)) },
  fc.constantFrom('python', 'python >=3.12', 'python <3.11', '__win', '__glibc >=2.17', 'absent'),
);
const record = fc
  .record({
    text: fc.tuple(name, version, fc.constantFrom('0', '1')).map((parts) => parts.join(' ')),
    subdir: fc.constantFrom('noarch', ...platforms),
    depends: fc.uniqueArray(condaNeed, { maxLength: 3 }),
  })
  .map(({ text, ...keys }): WrittenRecord => [text, keys]);
const placeOf = ([text, keys]: WrittenRecord) => `${keys?.['subdir']}/${text}`;
const records = (maxLength: number) => fc.uniqueArray(record, { minLength: 1, maxLength, selector: placeOf });

const without = (added: readonly WrittenRecord[], there: readonly WrittenRecord[]) =>
  added.filter((one) => !there.some((other) => placeOf(other) === placeOf(one)));

/** A python that the allowlist does not list is no python to install with. */
const basesOf = (withPip: boolean): readonly WrittenRecord[] => [
  ['python 3.10.1 0'],
  ...(withPip ? pythons : pythons.slice(0, 2)),
];

/** Whether the proof has an entry for this very build. A build in two subdirs is one entry to it, and says less of either. */
function provenBuild({ record: { name, version, build } }: OfferedPackage, { entries }: Proof): boolean {
  return entries.some(({ entry, installable }) => installable && entry === `${name} ==${version} ${build}`);
}

const isAlone = ({ record: { name, version, build } }: OfferedPackage, all: readonly WrittenRecord[]) =>
  all.filter(([text]) => text === `${name} ${version} ${build}`).length === 1;

it('what is said of conda packages before they are published is what the proof says of the index with them', async () => {
  const seen = { yes: 0, no: 0 };
  const law = fc.asyncProperty(fc.boolean(), records(5), records(4), async (withPip, there, added) => {
    const before = [...basesOf(withPip), ...there];
    const offered = without(added, there);
    const store = taggedStore();
    await serveRecords(store, before);
    const entries = new Set(offered.map(([text]) => text.replace(/ (\S+) /, ' ==$1 ')));
    const allowlist = ownAllowlist({ platforms, packages: [...entries].map((spec) => ({ spec })) });
    const packages = offered.map((one) => offeredPackage(one));
    const said = await condaInstalls(packages, await openOwnChannel({ store, to: 'channel', allowlist }), solver);
    await serveRecords(store, [...before, ...offered]);
    const { proof } = await prove(allowlist, { store, channel: 'conda', solver, log: () => {} });
    for (const one of packages) {
      const installs = said.get(one)?.installs === true;
      const proved = provenBuild(one, proof);
      seen[installs ? 'yes' : 'no'] += 1;
      expect({ one, installs, proved }).toEqual({
        one,
        installs,
        proved: isAlone(one, [...before, ...offered]) ? installs : proved || installs,
      });
    }
  });
  await fc.assert(law, { numRuns: 40 });
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(3);
});

const pipNeed = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(name, range).map(([one, of]) => `${one}${of}`) },
  fc.constantFrom(
    'absent',
    'acme-a[x]',
    'absent; sys_platform == "win32"',
    'absent; python_version < "3.12"',
    'other; platform_release > "5"',
  ),
);
const wheel = fc.record({
  fileName: fc
    .tuple(name, version, fc.constantFrom('py3-none-any', 'cp312-cp312-win_amd64'))
    .map(([project, of, tags]) => `${project.replace('-', '_')}-${of}-${tags}.whl`),
  metadata: fc
    .tuple(
      fc.uniqueArray(pipNeed, { maxLength: 3 }),
      fc.constantFrom('', 'Requires-Python: >=3.12\n', 'Requires-Python: <3\n'),
    )
    .map(([needs, python]) => `${python}${needs.map((need) => `Requires-Dist: ${need}\n`).join('')}`),
});
/** One wheel of a release, or a proof of the release says nothing of either. */
const wheels = (maxLength: number) =>
  fc.uniqueArray(wheel, { minLength: 1, maxLength, selector: ({ fileName }) => fileName.split('-', 2).join('-') });

it('what is said of wheels before they are published is what the proof says of our pages with them', async () => {
  const seen = { yes: 0, no: 0 };
  const law = fc.asyncProperty(wheels(4), wheels(4), async (there, added) => {
    const releaseOf = (fileName: string) => fileName.split('-', 2).join(' ==').replace('_', '-');
    const offered = added.filter(
      (one) => !there.some((other) => releaseOf(other.fileName) === releaseOf(one.fileName)),
    );
    const store = taggedStore();
    const textOf = (all: typeof there) => Object.fromEntries(all.map((one) => [one.fileName, one.metadata]));
    await serveWheels(store, textOf(there));
    const packages = offered.map(({ fileName }) => ({ pypi: releaseOf(fileName) }));
    const allowlist = ownAllowlist({ platforms, reserved: [], packages });
    const read = await Promise.all(offered.map((one) => offeredWheel(one.fileName, one.metadata)));
    const own = await openOwnChannel({ store, to: 'channel', allowlist }, { wheels: read.map(pageOf) });
    const said = await pipInstalls(read, own, { sleep: async () => {} });
    await serveWheels(store, textOf(offered));
    const { proof } = await prove(allowlist, { store, channel: 'conda', solver, log: () => {} });
    for (const one of read) {
      const installs = said.get(one)?.installs === true;
      seen[installs ? 'yes' : 'no'] += 1;
      const entry = `pypi:${releaseOf(one.wheel.fileName.fileName)}`;
      const proved = (proof.pip ?? []).some((entered) => entered.installable && entered.entry === entry);
      expect({ entry, installs }).toEqual({ entry, installs: proved });
    }
  });
  await fc.assert(law, { numRuns: 40 });
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(3);
});
