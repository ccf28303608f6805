import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { OptionalIndexFile } from '../../../core/layout/index-files.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import { verify } from '../../../core/steps/verify.ts';
import { indexAll, indexProblems } from '../../../local/pipeline/index-all.ts';
import { sync, syncProblems } from '../../../local/pipeline/sync.ts';
import { folderDigests } from '../machine/folder-files.ts';
import { type Lab, small, startLab } from './start-lab.ts';

/** A lab whose store was synced, proved and verified: to be damaged. */
export interface SoundLab {
  readonly lab: Lab;
  /** What was served while all was sound. */
  readonly sound: Record<string, string>;
  /** A file of the channel: `linux-64/repodata.json`. */
  at(path: string): string;
  served(): Promise<Record<string, string>>;
  /** Problems as `code subject`. */
  sync(packages?: readonly string[]): Promise<string[]>;
  index(options?: { readonly rebuild: boolean }): Promise<string[]>;
  /** What verify finds, as `code key`, keys of the channel without `conda/`. */
  damage(): Promise<string[]>;
  edit(path: string, change: (bytes: Buffer) => Uint8Array): Promise<void>;
  /** Flips a bit in the middle of a file. */
  flip(path: string): Promise<void>;
  /** The same, and the file claims to be as old as before. */
  flipUnseen(path: string): Promise<void>;
  /** The one provenance file of a package. */
  provenance(path: string): Promise<string>;
}

const soundUpstream = [small('app 1.0', ['lib']), small('lib 1.0'), small('stranger 1.0')];

/** The app's record is a hotfixed one, which the package alone cannot give back. */
const soundPatches = { 'app-1.0-0.conda': { depends: ['lib >=1'] } };

export async function startSoundLab(solver: Solver, forms: readonly OptionalIndexFile[] = []): Promise<SoundLab> {
  const lab = await startLab();
  const made = methods(lab, solver, forms);
  await lab.publish(soundUpstream);
  expect(await made.sync()).toEqual([]);
  await lab.publish(soundUpstream, soundPatches);
  expect(await made.sync()).toEqual([]);
  expect(await made.damage()).toEqual([]);
  return { lab, ...made, sound: await made.served() };
}

const named = (problems: readonly { code: string; subject: string }[]) =>
  problems.map(({ code, subject }) => `${code} ${subject}`);

function methods(lab: Lab, solver: Solver, forms: readonly OptionalIndexFile[]) {
  const log = () => {};
  const at = (path: string) => join(lab.store, 'conda', path);
  const world = { ...lab.world, solver };
  const edit = async (path: string, change: (bytes: Buffer) => Uint8Array) =>
    writeFile(at(path), change(await readFile(at(path))));
  const flip = (path: string) => edit(path, flipped);
  const allowlist = (packages: readonly string[]) => lab.allowlist(packages, { forms });
  const asked = allowlist([]);
  const index = async (options?: { readonly rebuild: boolean }) => {
    return named(indexProblems(await indexAll(asked, world, { log, ...options })));
  };
  return {
    at,
    served: () => folderDigests(join(lab.store, 'conda')),
    sync: async (packages: readonly string[] = ['app']) =>
      named(syncProblems(await sync(allowlist(packages), world, log, { yes: true }))),
    index,
    async damage() {
      const { problems } = await verify(asked.platforms, { ...world, log, asked: new Set(asked.forms) });
      return problems.map(({ code, key }) => `${code} ${key.replace(/^conda\//, '')}`);
    },
    edit,
    flip,
    async flipUnseen(path: string) {
      await utimes(at(path), wholeSecond, wholeSecond);
      expect(await index()).toEqual([]);
      await flip(path);
      await utimes(at(path), wholeSecond, wholeSecond);
    },
    async provenance(path: string) {
      const folder = join(lab.store, '_gatehouse/provenance/conda', path);
      const [name = '', ...more] = await readdir(folder);
      expect(more).toEqual([]);
      return join(folder, name);
    },
  };
}

function flipped(bytes: Buffer): Buffer {
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x10;
  return bytes;
}

/** The store tells files apart by nanoseconds, and `utimes` would round any other time. */
const wholeSecond = new Date('2026-01-01T00:00:00Z');
