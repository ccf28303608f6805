import { type Control, readControl } from '../documents/control.ts';
import { deriveSubdir, listedRecords } from '../index/derive-subdir.ts';
import { readIndex } from '../index/read-index.ts';
import type { ChannelName } from '../layout/keys.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import type { RepodataRecord } from '../record/record.ts';
import { type ChannelStore, type ListedPackage, listPackages } from '../store/list-packages.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { readOnlyStore } from '../store/read-only-store.ts';
import { storedDigests } from '../store/stored-digests.ts';

/** What the store has of one subdir. */
export interface SubdirState {
  readonly packages: ReadonlyMap<PackageFileName, ListedPackage>;
  /** The records clients read now; where the index is lost, those it will have when it is written anew. */
  readonly index: ReadonlyMap<PackageFileName, RepodataRecord>;
  readonly control: Control;
}

export type ChannelState = ReadonlyMap<Subdir, SubdirState>;

export interface PackagePlace {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
}

/** Every package in the store, with what the store has of its subdir. */
export function* storedPackages(state: ChannelState): Generator<[PackagePlace, SubdirState]> {
  for (const [subdir, here] of state) {
    for (const filename of here.packages.keys()) yield [{ subdir, filename }, here];
  }
}

/** Reads every subdir that is configured or has packages; `noarch` always. */
export async function readChannelState(
  store: Store,
  channel: ChannelName,
  configured: readonly Subdir[],
): Promise<ChannelState> {
  const packages = new Map<Subdir, Map<PackageFileName, ListedPackage>>();
  for (const subdir of [...configured, noarch]) packages.set(subdir, new Map());
  for await (const found of listPackages(store, channel)) {
    const folder = packages.get(found.subdir) ?? new Map<PackageFileName, ListedPackage>();
    packages.set(found.subdir, folder.set(found.filename, found));
  }
  const state = new Map<Subdir, SubdirState>();
  for (const subdir of [...packages.keys()].sort()) {
    const { control } = await readControl(store, channel, subdir);
    const served = await readIndex(store, channel, subdir).catch((error: unknown) => {
      if (isDamaged(error)) return null;
      throw error;
    });
    const index = served ?? (await lostIndex(subdir, control, { store, channel }));
    state.set(subdir, { packages: packages.get(subdir) ?? new Map(), index, control });
  }
  return state;
}

/**
 * A lost or damaged index is derived again, and not taken as empty: on an empty channel nothing installs, so a proof
 * there would find nothing to break.
 */
async function lostIndex(subdir: Subdir, control: Control, { store, channel }: ChannelStore) {
  // Planning writes nothing, so nobody asks what time it is.
  const world = { store: readOnlyStore(store), channel, clock: { now: () => 0 }, gate: null, digestsOf: storedDigests };
  return listedRecords(await deriveSubdir(subdir, control, world));
}
