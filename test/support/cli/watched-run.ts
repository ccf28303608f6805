import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Allowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { verify } from '../../../core/steps/verify.ts';
import { type SyncReport, sync, syncProblems } from '../../../local/pipeline/sync.ts';
import type { World } from '../../../local/world/open-world.ts';
import { folderDigests } from '../machine/folder-files.ts';
import { type Lab, small } from './start-lab.ts';

/** What comes in whatever becomes of the rest: the entry `good`. */
export const soundPackages = [small('good 1.0', ['base']), small('base 1.0')];
export const soundFiles = ['base-1.0-0.conda', 'good-1.0-0.conda'];

export interface WatchedRun {
  readonly report: SyncReport;
  /** `code subject`; with any, the exit status is 1. */
  readonly problems: readonly string[];
  /** Every file name that anybody could see below `conda/` at any event of the run. */
  readonly seen: ReadonlySet<string>;
}

/** A sync with `over` in place of parts of the lab's world. */
export async function watchedRun(lab: Lab, allowlist: Allowlist, over: Partial<World>): Promise<WatchedRun> {
  const seen = new Set<string>();
  const look = () => {
    for (const name of visible(lab.store)) seen.add(name);
  };
  const report = await sync(allowlist, { ...lab.world, ...over }, look, { yes: true });
  look();
  const problems = syncProblems(report).map(({ code, subject }) => `${code} ${subject}`);
  return { report, problems, seen };
}

function visible(store: string): string[] {
  try {
    const entries = readdirSync(join(store, 'conda'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** The index files of a channel, of whatever folder. */
export const indexFileNames = [
  'channeldata.json',
  'current_repodata.json',
  'repodata.json',
  'repodata.json.zst',
  'run_exports.json',
];

/** The store is sound, nothing waits, and the entry `good` came in, is indexed and proved. */
export async function expectTheRestDone(lab: Lab, { report, seen }: WatchedRun): Promise<void> {
  expect([...seen].sort()).toEqual([...soundFiles, ...indexFileNames].sort());
  expect(Object.keys(await lab.index())).toEqual(soundFiles);
  expect(report.proof.proof.entries).toContainEqual(expect.objectContaining({ entry: 'good', installable: true }));
  expect((await verify([], { ...lab.world, log: () => {} })).problems).toEqual([]);
  expect(await folderDigests(join(lab.store, '_gatehouse/incoming'))).toEqual({});
}
