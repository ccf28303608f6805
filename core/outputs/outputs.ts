import { type IndexFile, type OptionalIndexFile, optionalIndexFiles } from '../layout/index-files.ts';
import { type ChannelName, indexKey, type ObjectKey } from '../layout/keys.ts';
import type { Subdir } from '../names/subdir.ts';
import { GatehouseError } from '../problems/error.ts';
import { channeldata } from './channeldata/channeldata.ts';
import { currentRepodata } from './current/current-repodata.ts';
import type { EntrySource, OutputBytes, RecordSource } from './entries/entry-source.ts';
import { repodata, repodataFromPackages, runExports, spliceRepodata } from './repodata.ts';

/** An index file's bytes, and how many they are where a compressor needs to know. */
export interface MadeOutput {
  readonly bytes: OutputBytes | Iterable<Uint8Array>;
  readonly size?: number;
}

export interface MadeFromSubdir {
  readonly from: 'subdir';
  build(source: EntrySource): OutputBytes;
  /** The bytes of `build`, copied from a state's records without decoding them. */
  splice?(source: RecordSource): Promise<Required<MadeOutput>>;
}

/** How an index file's bytes come about. */
type Making =
  | MadeFromSubdir
  | { readonly from: 'channel'; build(sources: readonly EntrySource[]): OutputBytes }
  /** The bytes of another index file, as one zstd frame (written in one pass with it) or one bzip2 stream. */
  | { readonly from: 'output'; readonly of: IndexFile; readonly by: 'zstd' | 'bzip2' }
  /** shards/: files named by the hash of their bytes, and the index that lists them. */
  | { readonly from: 'shards' };

/** A kind of index file. */
export interface Output<File extends string = string> {
  /** Its name below its subdir or channel; `<sha256>` stands for 64 hex digits. */
  readonly file: File;
  readonly scope: 'subdir' | 'channel';
  /** Who asks for it. */
  readonly readBy: string;
  /** `always`: no client does without it; `default`: it spares clients work; `option`: only where the organisation asks for it. */
  readonly written: 'always' | 'default' | 'option';
  /** For how long a client may keep it (core/layout/representation.ts). */
  readonly cache: 'one minute' | 'for ever';
  readonly making: Making;
  /** How `verify` holds what is served against what it must be. */
  readonly verifying: {
    /** `bytes` are these very bytes; a `frame` or `stream` may be compressed in any way; `shards` are followed from their index. */
    readonly as: 'bytes' | 'zstd frame' | 'bzip2 stream' | 'shards';
    /** A damaged package leaves only its record known: then what is made of whole entries cannot be compared. */
    readonly needs: 'records' | 'entries';
  };
}

const everySubdir = { scope: 'subdir', cache: 'one minute' } as const;

/**
 * The index files of a subdir in the order they are written: what clients prefer before what they fall back to, or a
 * client would read the older of two. `repodata.json.bz2` is slow, and so behind what others wait for.
 */
export const subdirOutputs: readonly Output<IndexFile>[] = [
  {
    ...everySubdir,
    file: 'repodata_shards.msgpack.zst',
    // An absence is remembered for 7 to 14 days; micromamba keeps what it read for 24 hours, whatever Cache-Control says.
    readBy: 'conda 26, mamba 2.8 and pixi, before all else',
    written: 'option',
    making: { from: 'shards' },
    verifying: { as: 'shards', needs: 'entries' },
  },
  {
    ...everySubdir,
    file: 'repodata.json.zst',
    readBy: 'conda, mamba and pixi, before repodata.json',
    written: 'always',
    making: { from: 'output', of: 'repodata.json', by: 'zstd' },
    verifying: { as: 'zstd frame', needs: 'records' },
  },
  {
    ...everySubdir,
    file: 'repodata.json',
    readBy: 'every client; noarch must have one',
    written: 'always',
    making: { from: 'subdir', build: repodata, splice: spliceRepodata },
    verifying: { as: 'bytes', needs: 'records' },
  },
  {
    ...everySubdir,
    file: 'current_repodata.json',
    readBy: "conda's classic solver, before repodata.json",
    written: 'default',
    making: { from: 'subdir', build: currentRepodata },
    verifying: { as: 'bytes', needs: 'entries' },
  },
  {
    ...everySubdir,
    file: 'run_exports.json',
    readBy: 'those who build packages: conda-build, rattler-build, conda-forge bots',
    written: 'default',
    making: { from: 'subdir', build: runExports },
    verifying: { as: 'bytes', needs: 'entries' },
  },
  {
    ...everySubdir,
    file: 'repodata_from_packages.json',
    readBy: 'people who check what a hotfix changed',
    written: 'option',
    making: { from: 'subdir', build: repodataFromPackages },
    verifying: { as: 'bytes', needs: 'entries' },
  },
  {
    ...everySubdir,
    file: 'repodata.json.bz2',
    readBy: 'conda before 4.7, and pixi when there is no .zst',
    written: 'option',
    making: { from: 'output', of: 'repodata.json', by: 'bzip2' },
    verifying: { as: 'bzip2 stream', needs: 'records' },
  },
];

/** Every index file of a channel: the shards before the index that lists them, and last what is made of all subdirs. */
export const outputs: readonly Output[] = [
  {
    file: 'shards/<sha256>.msgpack.zst',
    scope: 'subdir',
    readBy: 'who read repodata_shards.msgpack.zst: one for each name they visit',
    written: 'option',
    cache: 'for ever',
    making: { from: 'shards' },
    verifying: { as: 'shards', needs: 'entries' },
  },
  ...subdirOutputs,
  {
    file: 'channeldata.json',
    scope: 'channel',
    readBy: 'conda-build (run_exports), web pages and search tools',
    written: 'default',
    cache: 'one minute',
    making: { from: 'channel', build: channeldata },
    verifying: { as: 'bytes', needs: 'entries' },
  },
];

/** How an index file that another is compressed from is made. @throws GatehouseError `internal.bug` for any other */
export function makingOf(file: IndexFile): MadeFromSubdir {
  const making = subdirOutputs.find((output) => output.file === file)?.making;
  if (making?.from !== 'subdir') throw new GatehouseError('internal.bug', `${file} is made of another index file`);
  return making;
}

/**
 * The optional index files of a subdir that nobody asks for. What is there all the same is kept up to date, since clients
 * go by it, until it is deleted. The shard index goes before its shards.
 */
export function unaskedOutputKeys(
  { channel, subdir }: { readonly channel: ChannelName; readonly subdir: Subdir },
  asked: ReadonlySet<OptionalIndexFile>,
): ObjectKey[] {
  return optionalIndexFiles.filter((file) => !asked.has(file)).map((file) => indexKey(channel, subdir, file));
}
