import { channeldata } from './channeldata/channeldata.ts';
import { currentRepodata } from './current/current-repodata.ts';
import type { FormBytes, FormSource } from './form.ts';
import { repodata } from './repodata.ts';
import { repodataFromPackages } from './repodata-from-packages.ts';
import { runExports } from './run-exports.ts';

/** How a form's bytes come about. */
type Making =
  | { readonly from: 'subdir'; build(source: FormSource): FormBytes }
  | { readonly from: 'channel'; build(sources: readonly FormSource[]): FormBytes }
  /** The bytes of another form, as one zstd frame or one bzip2 stream. */
  | { readonly from: 'form'; readonly of: string; readonly by: 'zstd' | 'bzip2' }
  /** shards/: files named by the hash of their bytes, and what lists them. */
  | { readonly from: 'shards' };

/** A kind of index file. */
export interface Form {
  /** Its name below its subdir or channel; `<sha256>` stands for 64 hex digits. */
  readonly file: string;
  readonly scope: 'subdir' | 'channel';
  /** Who asks for it. */
  readonly readBy: string;
  /** `option`: only where the organisation asks for it. */
  readonly written: 'always' | 'default' | 'option';
  /** For how long a client may keep it (core/layout/representation.ts). */
  readonly cache: 'one minute' | 'for ever';
  readonly making: Making;
}

const everySubdir = { scope: 'subdir', cache: 'one minute' } as const;

/**
 * Every index file of a channel, in the order they are written: what is listed before what lists it, and what clients
 * prefer before what they fall back to (conda-facts 5.5).
 */
export const forms: readonly Form[] = [
  {
    file: 'shards/<sha256>.msgpack.zst',
    scope: 'subdir',
    readBy: 'who read repodata_shards.msgpack.zst: one for each name they visit',
    written: 'option',
    cache: 'for ever',
    making: { from: 'shards' },
  },
  {
    ...everySubdir,
    file: 'repodata_shards.msgpack.zst',
    readBy: 'conda 26, mamba 2.8 and pixi, before all else; an absence is remembered for 7 to 14 days',
    // micromamba keeps what it read for 24 hours, whatever Cache-Control says.
    written: 'option',
    making: { from: 'shards' },
  },
  {
    ...everySubdir,
    file: 'repodata.json.zst',
    readBy: 'conda, mamba and pixi, before repodata.json',
    written: 'always',
    making: { from: 'form', of: 'repodata.json', by: 'zstd' },
  },
  {
    ...everySubdir,
    file: 'repodata.json',
    readBy: 'every client; noarch must have one',
    written: 'always',
    making: { from: 'subdir', build: repodata },
  },
  {
    ...everySubdir,
    file: 'current_repodata.json',
    readBy: "conda's classic solver, before repodata.json",
    written: 'default',
    making: { from: 'subdir', build: currentRepodata },
  },
  {
    ...everySubdir,
    file: 'run_exports.json',
    readBy: 'those who build packages: conda-build, rattler-build, conda-forge bots',
    written: 'default',
    making: { from: 'subdir', build: runExports },
  },
  {
    ...everySubdir,
    file: 'repodata_from_packages.json',
    readBy: 'people who look what a hotfix changed',
    written: 'option',
    making: { from: 'subdir', build: repodataFromPackages },
  },
  {
    ...everySubdir,
    file: 'repodata.json.bz2',
    readBy: 'conda before 4.7, and pixi when there is no .zst',
    // Slow, and so behind what others wait for.
    written: 'option',
    making: { from: 'form', of: 'repodata.json', by: 'bzip2' },
  },
  {
    file: 'channeldata.json',
    scope: 'channel',
    readBy: 'conda-build (run_exports), web pages and search tools',
    written: 'default',
    cache: 'one minute',
    making: { from: 'channel', build: channeldata },
  },
];
