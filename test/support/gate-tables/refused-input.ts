import { expect } from 'vitest';
import { type GateVerdict, readVerdict } from '../../../core/documents/gate/verdict.ts';
import { sha256Of, startDigests } from '../../../core/names/digest.ts';
import type { Problem } from '../../../core/problems/problem.ts';
import { publishFiles } from '../../../local/pipeline/publish-files.ts';
import type { ChannelPackage } from '../../../local/sample/build-channel.ts';
import type { PackageFile } from '../../../local/sample/build-package.ts';
import { damage, lab, names } from '../cli/lab.ts';
import { small } from '../cli/start-lab.ts';
import { indexJson, stem } from '../packages/build-package.ts';
import { offer } from '../publish/publish-scene.ts';
import { buildWheel } from '../python/build-wheel.ts';

/** What must not come in as it is, and what is to be said of it. */
export interface BadInput {
  /** As its channel or index lists it, or its builder calls it. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** The check's code. */
  readonly code: string;
}

/** A package of any bytes, as a channel lists it: its record is sound. */
export function listed(fileName: string, bytes: Uint8Array, subdir = 'linux-64'): PackageFile {
  const digests = startDigests();
  digests.update(bytes);
  const index = { ...indexJson, depends: [], subdir };
  return { subdir, filename: fileName, bytes, index, digests: digests.finish() };
}

/** What a sync did not take, with the codes of why. */
export const keptOut = (report: { readonly held: readonly Problem[]; readonly failed: readonly Problem[] }) =>
  [...report.held, ...report.failed].map(({ subject, detail }) => `${subject} ${detail.split(':', 1)[0]}`);

/** Keys of what anybody can get whose bytes are these. */
export async function publicPlaces(bytes: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for (const prefix of ['conda/', 'simple/', 'staging/']) {
    for await (const { key } of lab.world.store.list(prefix)) {
      const there = await lab.world.store.read(key);
      if (there !== null && Buffer.from(there.bytes).includes(Buffer.from(bytes))) found.push(key);
    }
  }
  return found;
}

/** What the gate wrote down of some bytes under a name; null where it never judged them. */
export const verdictOf = async (id: string, bytes: Uint8Array): Promise<GateVerdict | null> =>
  (await readVerdict(lab.world.store, id, sha256Of(bytes)))?.value ?? null;

export interface SyncOptions {
  readonly subdir?: string;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly waivers?: readonly unknown[];
}

let neighbours = 0;

/** Has upstream offer packages beside a sound one, which is new each time, and syncs both. */
export async function syncBeside(offered: readonly ChannelPackage[], { policy, waivers }: SyncOptions = {}) {
  neighbours += 1;
  const sound = `sound-${neighbours}.0-0.conda`;
  await lab.publish([small(`sound ${neighbours}.0`), ...offered]);
  const allowlist = lab.allowlist(['sound', 'demo'], { ...(policy && { policy }), ...(waivers && { waivers }) });
  return { ...(await lab.sync(allowlist)), sound, allowlist };
}

/** A sync does not take it and says why, exits 1, keeps a verdict; a sound neighbour comes, and nothing is amiss behind it. */
export async function expectSyncRefuses(
  { fileName, bytes, code }: BadInput,
  answer: 'reject' | 'hold' = 'reject',
  options: SyncOptions = {},
): Promise<void> {
  const { subdir = 'linux-64' } = options;
  const asked = () =>
    lab.upstream.requests.filter((request) => request.startsWith('GET') && request.endsWith(fileName)).length;
  const before = asked();
  const { sound, allowlist, ...report } = await syncBeside([listed(fileName, bytes, subdir)], options);
  expect(keptOut(report)).toEqual([`${subdir}/${fileName} ${code}`]);
  expect(report.problems).toContain('entry.unsolvable demo on linux-64');
  const verdict = await verdictOf(`${subdir}/${fileName}`, bytes);
  expect(verdict?.verdict).toBe(answer);
  expect(verdict?.checks.flatMap(({ firings }) => firings.map((firing) => firing.code))).toContain(code);
  expect(await publicPlaces(bytes)).toEqual([]);
  const served = [...(await names()), ...(await names('noarch'))];
  expect(served.filter((name) => name === sound || !name.startsWith('sound-'))).toEqual([sound]);
  expect(await damage()).toEqual([]);
  // Neither what is rejected nor what waits is asked of upstream again.
  const again = await lab.sync(allowlist);
  expect([...again.held, ...again.failed, ...again.fetched]).toEqual([]);
  expect(asked()).toBe(before + 1);
}

/** Publishes files of `demo` and of `tool`, names that are reserved here, as the command does. */
export async function publishOwn(
  files: Readonly<Record<string, Uint8Array>>,
  more: Readonly<Record<string, unknown>> = {},
) {
  const allowlist = lab.allowlist([], { reserved: ['demo', 'tool'], mapping: 'none', ...more });
  const { store } = lab.world;
  await using stack = new AsyncDisposableStack();
  const offered = [];
  for (const [name, bytes] of Object.entries(files)) offered.push(stack.use(await offer(store, name, bytes)));
  const publishing = { to: 'channel', allowlist, log: () => {}, by: null, mayPublish: () => true } as const;
  return await publishFiles(offered, { ...lab.world, ...publishing });
}

/** A channel that solves wheels, once for a file of tests. */
export async function havePython(): Promise<void> {
  await lab.publish([small('python 3.12.1'), small('pip 24.0', ['python >=3.8'])]);
  expect((await lab.sync(lab.allowlist(['python', 'pip']))).problems).toEqual([]);
}

/** Its own organisation offers it beside something sound: neither is published, not even a name of theirs is taken; the sound one alone is. */
export async function expectPublishRefuses(
  { fileName, bytes, code }: BadInput,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  neighbours += 1;
  const wheel = `tool-${neighbours}.0-py3-none-any.whl`;
  const sound = { [wheel]: buildWheel({ fileName: wheel, files: { 'tool.py': 'x = 1\n' } }) };
  const { problems, files } = await publishOwn({ [fileName]: bytes, ...sound }, more);
  const said = problems.map(({ subject, detail }) => `${subject} ${detail.split(':', 1)[0]}`);
  // Of a wheel the package that would be made of it is refused for the same.
  expect(said.filter((each) => !each.includes('-pypi_'))).toEqual([`${fileName} ${code}`]);
  expect((await names()).filter((name) => name.startsWith('demo'))).toEqual([]);
  expect(files).toEqual([]);
  expect(await publicPlaces(bytes)).toEqual([]);
  const alone = await publishOwn(sound, more);
  expect([alone.problems, alone.unlisted, alone.files.length]).toEqual([[], [], 2]);
  expect(await damage()).toEqual([]);
}

export const conda = `${stem}.conda`;
export const tarBz2 = `${stem}.tar.bz2`;
