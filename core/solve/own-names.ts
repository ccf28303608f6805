import { isOwnProject } from '../documents/allowlist/own-projects.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { thisStore } from '../documents/published/this-store.ts';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import { isReserved } from '../names/reserved-names.ts';
import type { PythonIndexes } from '../releases/python-indexes.ts';
import { emptyOwnStore, type OwnStore } from '../resolve/own-store.ts';
import { makeOnce } from '../upstream/make-once.ts';
import type { UpstreamSubdir } from '../upstream/upstream-subdir.ts';
import type { OpenSubdir } from './upstream-subdirs.ts';

type OwnNames = Pick<Allowlist, 'channels' | 'entries' | 'reserved'>;

/** The packages of this store that were made of a wheel, as a channel. */
export const wheelChannel = (wheel: Sha256): string => `${thisStore} sha256:${wheel}`;

export const isOwnChannel = (channel: string): boolean => channel.startsWith(thisStore);

const wheelOf = (channel: string): Sha256 | null =>
  sha256Schema.safeParse(channel.slice(`${thisStore} sha256:`.length)).data ?? null;

/**
 * The channels that a plan's solver sees, by strict priority: what is the organisation's own before all others, and what
 * was made of the wheels that entries name behind them, for those are no names of its own.
 */
export function seenChannels({ channels, reserved, entries }: OwnNames): string[] {
  const isOwn = reserved.length > 0 || channels.length === 0;
  const wheels = entries.flatMap((entry) => (entry.kind === 'pypi' ? (entry.wheel ?? []) : []));
  return [...(isOwn ? [thisStore] : []), ...channels, ...new Set(wheels.map(wheelChannel))];
}

/** Whether packages of a name come from the store alone. */
export const isOwnPackage = (name: string, { channels, reserved }: Pick<OwnNames, 'channels' | 'reserved'>): boolean =>
  channels.length === 0 || isReserved(name, reserved);

interface NamesWorld {
  readonly openSubdir: OpenSubdir;
  readonly pythonIndexes: PythonIndexes;
  /** Nothing without it. */
  readonly own?: OwnStore;
}

/**
 * A world in which the organisation's own names come from the store and from nowhere else: whichever channel is asked, by
 * whatever priority, has no record of a reserved name, and no index is asked for files of its own projects. That a channel
 * or an index offers such a name with a higher version is how dependency confusion begins
 * (docs/decisions.md 18).
 */
export function ownNamesAlone<W extends NamesWorld>(world: W, allowlist: OwnNames): W {
  const { own = emptyOwnStore, openSubdir, pythonIndexes } = world;
  const opened = new Map<string, Promise<UpstreamSubdir | null>>();
  const open: OpenSubdir = async (channel, subdir, isOptional) => {
    if (isOwnChannel(channel)) return own.packages(subdir, wheelOf(channel));
    const upstream = await openSubdir(channel, subdir, isOptional);
    return upstream && withoutReserved(upstream, allowlist.reserved);
  };
  return {
    ...world,
    openSubdir: (channel, subdir, isOptional) =>
      makeOnce(opened, `${channel} ${subdir}`, () => open(channel, subdir, isOptional)),
    pythonIndexes: {
      ...pythonIndexes,
      files: async (index, project) => (isOwnProject(project, allowlist) ? null : pythonIndexes.files(index, project)),
    },
  };
}

function withoutReserved(upstream: UpstreamSubdir, reserved: readonly string[]): UpstreamSubdir {
  if (reserved.length === 0) return upstream;
  const { digest: _, ...others } = upstream;
  const names = new Set([...upstream.names()].filter((name) => !isReserved(name, reserved)));
  return {
    ...others,
    names: () => names,
    records: async (name) => (names.has(name) ? upstream.records(name) : { records: [], problems: [] }),
  };
}
