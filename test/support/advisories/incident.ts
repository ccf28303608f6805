import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gateByAllowlist } from '../../../core/gate/judge/gate-by-allowlist.ts';
import { openAdvice } from '../../../core/gate/judge/open-advice.ts';
import { openPythonIndexes } from '../../../core/releases/python-indexes.ts';
import { sweep } from '../../../core/steps/sweep.ts';
import { indexAll } from '../../../local/pipeline/index-all.ts';
import { lab } from '../cli/lab.ts';
import { small } from '../cli/start-lab.ts';
import { buildWheel } from '../python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../python/serve-projects.ts';
import { type OsvRecord, osvExport, recentRecord } from './osv-export.ts';

/** A wheel as PyPI lists it: uploaded at a time, attested or not. */
export const uploaded = (
  fileName: string,
  time: string,
  {
    files = {},
    requires = [],
    ...facts
  }: { files?: Record<string, string>; requires?: string[]; [key: string]: unknown } = {},
): ServedFile => ({
  fileName,
  bytes: buildWheel({
    fileName,
    metadata: requires.map((one) => `Requires-Dist: ${one}\n`).join(''),
    files: { 'it.py': `x = "${fileName}"\n`, ...files },
  }),
  facts: { 'upload-time': time, ...facts },
});

/**
 * Packages of a channel, each with when the channel took it in (CEP 47).
 *
 * @param more what else each record says
 */
export async function inChannel(packages: Readonly<Record<string, string>>, more: object = {}): Promise<void> {
  const built = Object.keys(packages).map((text) => small(text, text.startsWith('pip ') ? ['python'] : []));
  const patches = Object.entries(packages).map(([text, time]) => {
    const [name, version, build = '0'] = text.split(' ');
    return [`${name}-${version}-${build}.conda`, { indexed_timestamp: Date.parse(time), ...more }];
  });
  await lab.publish(built, Object.fromEntries(patches));
}

/** Upstream as everybody has it: a python of years ago, and these projects. */
export async function onPypi(projects: Readonly<Record<string, readonly ServedFile[]>>): Promise<void> {
  await inChannel({ 'python 3.12.1': '2023-12-10T00:00:00Z', 'pip 24.0': '2024-02-04T00:00:00Z' });
  lab.intercept = serveProjects(projects);
}

/** What the lab's allowlist says of the gate, so that its upstream, which is on this machine, counts as any. */
export function allowing(
  entries: readonly unknown[],
  policy: Readonly<Record<string, unknown>> = {},
  more: object = {},
) {
  return lab.allowlist(entries, {
    indexes: [`${lab.upstream.url}/simple`],
    mapping: 'none',
    policy: { coolDown: { local: true }, advisories: pathToFileURL(exportPath()).href, ...policy },
    ...more,
  });
}

const exportPath = () => join(lab.store, '..', 'osv.zip');

/** Has OSV's export say this at a time. */
export const advise = (time: string, ...records: readonly OsvRecord[]) =>
  writeFile(exportPath(), osvExport([...records, recentRecord(Date.parse(time))]));

/** Has the export be what it is not. */
export const adviseBytes = (bytes: Uint8Array) => writeFile(exportPath(), bytes);

export type Allowed = ReturnType<typeof allowing>;

/** At a time: a sync, and what it says: what it takes, what waits by which code, and what does not hold. */
export async function syncAt(time: string, allowlist: Allowed) {
  lab.now = Date.parse(time);
  const { plan, problems, held } = await lab.sync(allowlist);
  const waiting = plan.waiting.map(({ id, code }) => `${code} ${id}`);
  const warnings = plan.warnings.map(({ code, subject }) => `${code} ${subject}`);
  return { add: [...plan.simple.add, ...plan.add], waiting, warnings, problems, held };
}

/** What recalls go by. */
export async function recallingWorld(allowlist: Allowed) {
  const world = { ...lab.world, log: () => {} };
  const index = async () => {
    await indexAll(allowlist, lab.world, { log: () => {} });
    return [];
  };
  const { condaNames } = allowlist;
  const gate = gateByAllowlist(allowlist, world);
  const filesOf = openPythonIndexes(world).files;
  return { ...world, gate, filesOf, advice: await openAdvice(allowlist, world), index, condaNames };
}

/** At a time: a sweep, and what it recalls. */
export async function sweepAt(time: string, allowlist: Allowed) {
  lab.now = Date.parse(time);
  return sweep(await recallingWorld(allowlist));
}
