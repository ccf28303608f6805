import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseJson } from '../../../core/json/json.ts';
import { ledgerEntrySchema } from '../../../core/ledger/ledger-entry.ts';
import { verify } from '../../../core/steps/verify.ts';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { incompressibleBytes } from '../../../local/sample/build-package.ts';
import { openWorld } from '../../../local/world/open-world.ts';
import { type CliRun, runCli } from '../cli/run-cli.ts';
import { small } from '../cli/start-lab.ts';
import { folderDigests } from '../machine/folder-files.ts';
import { buildConda } from '../packages/build-package.ts';
import { buildSdist } from '../python/build-sdist.ts';
import { buildWheel } from '../python/build-wheel.ts';

/** Time stands still for the commands, so that the same work gives the same bytes. */
export const stillTime = { SOURCE_DATE_EPOCH: '1767225600' };

const wheelName = 'demo-1.0-py3-none-any.whl';
const payload = incompressibleBytes('payload', 500_000);

/** A release to publish; its wheel is for conda too. */
const release: Readonly<Record<string, Uint8Array>> = {
  [wheelName]: buildWheel({ files: { 'demo.py': 'x = 1\n', 'payload.bin': payload } }),
  'demo-1.0.tar.gz': buildSdist(),
  'demo-1.0-h0_0.conda': buildConda(),
};

/** The same file names with other bytes. */
const rebuilt: Readonly<Record<string, Uint8Array>> = {
  [wheelName]: buildWheel({ files: { 'demo.py': 'x = 2\n', 'payload.bin': payload } }),
  'demo-1.0.tar.gz': buildSdist({ files: { 'demo/__init__.py': 'x = 2\n' } }),
};

/** A folder with an allowlist that reserves `demo`, a store that has python, and what is to be published in `dist` and `rebuilt`. */
export async function publishHome(folder: string): Promise<string> {
  const [home, upstream] = [join(folder, 'home'), join(folder, 'upstream')];
  await mkdir(home);
  await buildChannel(upstream, [small('python 3.12.1'), small('pip 24.0', ['python >=3.8'])], { forms: ['json'] });
  const channels = [pathToFileURL(upstream).href];
  const document = {
    channels,
    platforms: ['linux-64'],
    python: ['3.12'],
    packages: ['python', 'pip'],
    reserved: ['demo'],
  };
  await writeFile(join(home, 'allowlist.json'), JSON.stringify(document));
  for (const [name, files] of Object.entries({ dist: release, rebuilt })) {
    await mkdir(join(home, name));
    for (const [file, bytes] of Object.entries(files)) await writeFile(join(home, name, file), bytes);
  }
  const { status, stderr } = await runCli(['sync'], { cwd: home, env: stillTime });
  if (status !== 0) throw new Error(stderr);
  return home;
}

/** A copy of a home, for what changes it. */
export async function copyOf(home: string, to: string): Promise<string> {
  await cp(home, to, { recursive: true });
  return to;
}

/** The files of `dist` or `rebuilt`, as a shell makes them of `dist/*`. */
export const filesIn = (folder: 'dist' | 'rebuilt'): string[] =>
  Object.keys(folder === 'dist' ? release : rebuilt).map((name) => `${folder}/${name}`);

export const gatehouse = (home: string, ...args: readonly string[]): Promise<CliRun> =>
  runCli(args, { cwd: home, env: stillTime });

/** What clients see, and what is known of it, by path; nothing that is kept of a run that ended. */
export async function atRest(home: string): Promise<Record<string, string>> {
  const all = await folderDigests(join(home, '.gatehouse'));
  const isOurs = (path: string) => !/^_gatehouse\/(?:meta|locks|cache|state)\//.test(path);
  return Object.fromEntries(Object.entries(all).filter(([path]) => isOurs(path)));
}

export interface Decisions {
  /** Each once, in whatever order they came. */
  readonly decided: ReadonlySet<string>;
  readonly entries: number;
}

/** What the gate decided, by its ledgers. */
export async function decisionsIn(home: string): Promise<Decisions> {
  const paths = Object.keys(await folderDigests(join(home, '.gatehouse'))).filter((path) => isOfLedger(path));
  const texts = paths
    .filter((path) => !path.endsWith('-head.json'))
    .map(async (path) => readFile(join(home, '.gatehouse', path), 'utf8'));
  const all = (await Promise.all(texts)).map((text) => parseJson(text, ledgerEntrySchema, 'an entry of the ledger'));
  return {
    decided: new Set(all.map(({ event, id, sha256, verdict }) => `${event} ${id} ${sha256} ${verdict}`)),
    entries: all.length,
  };
}

/** An entry of a ledger, or its head. */
export const isOfLedger = (path: string): boolean => /\/ledger(?:-head\.json|\/\d+\.json)$/.test(path);

/** What `gatehouse verify` finds. */
export async function damageIn(home: string) {
  await using world = openWorld(join(home, '.gatehouse'));
  return (await verify([], { ...world, log: () => {} })).problems;
}

/** Files that clients could get though what goes before them is missing: the name, the provenance, a wheel's METADATA. */
export async function unsoundIn(home: string): Promise<string[]> {
  const all = await folderDigests(join(home, '.gatehouse'));
  return Object.entries(all).flatMap(([path, sha256]) => {
    const [, part = '', place] = /^(staging\/)?((?:simple|conda\/[^/]+)\/.*demo.*\.(?:whl|gz|conda))$/.exec(path) ?? [];
    if (place === undefined) return [];
    const needed = [`_gatehouse/names/${place}.json`, `_gatehouse/${part}provenance/${place}/${sha256}.json`];
    if (place.endsWith('.whl')) needed.push(`${path}.metadata`);
    return needed.filter((one) => !(one in all)).map((one) => `${path} without ${one}`);
  });
}
