import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { readKeptMapping } from '../../documents/kept-mapping.ts';
import { readIndex } from '../../index/read-index.ts';
import { packageKey } from '../../layout/keys.ts';
import type { Side } from '../../layout/sides.ts';
import type { Channels } from '../../made/channel-packages.ts';
import { type CondaNames, condaNames } from '../../made/conda-names.ts';
import type { PackageFileName } from '../../names/package-file-name.ts';
import type { ProjectName } from '../../names/project-name.ts';
import { noarch, type Subdir } from '../../names/subdir.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import { projectsInPackage } from '../../python-index/carried-projects.ts';
import type { RepodataRecord } from '../../record/record.ts';
import { byProject, type NameEvidence } from '../../releases/name-evidence.ts';
import type { PythonIndexes } from '../../releases/python-indexes.ts';
import type { PipIndex } from '../../resolve/pip-index.ts';
import { type PlacedRecord, usableRecords } from '../../solve/candidate-pool.ts';
import { stagingStore } from '../../store/staging-store.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { makeOnce } from '../../upstream/make-once.ts';
import { ownPages, type PagedWheel, withWheels } from './own-pages.ts';

export interface OwnWorld {
  /** The whole store, whichever part of it is published to. */
  readonly store: Store;
  readonly to: Side;
  readonly allowlist: Allowlist;
}

/** A conda package that is offered, as the index would list it. */
export interface OfferedPackage extends PlacedRecord {
  readonly subdir: Subdir;
}

/** What clients of this store could have now. */
export interface OwnChannel {
  readonly allowlist: Allowlist;
  readonly to: Side;
  /** All that the index of a subdir lists of a name. */
  listed(subdir: Subdir, name: string): readonly UpstreamRecord[];
  /** Which conda packages Python projects are, by what is here, without asking anybody else. */
  readonly names: CondaNames;
  /** Our pages, with the wheels that are offered. */
  readonly pages: PipIndex;
  /** The same as an index that packages are made from. */
  readonly indexes: PythonIndexes;
}

/** What is offered, as far as it adds to what is here. */
export interface OfferedBeside {
  readonly wheels?: readonly PagedWheel[];
  /** Looked at beside those of the allowlist. */
  readonly subdirs?: readonly Subdir[];
}

/**
 * Reads what the channel serves now, each page and index once; its pages with the wheels that are offered. What is
 * published to staging sees staging before the channel, as who installs from staging names both.
 *
 * @throws GatehouseError `json.invalid` for a damaged index
 */
export async function openOwnChannel(
  world: OwnWorld,
  { wheels = [], subdirs = [] }: OfferedBeside = {},
): Promise<OwnChannel> {
  const { store, to, allowlist } = world;
  const parts = to === 'staging' ? [stagingStore(store), store] : [store];
  const all = new Set<Subdir>([noarch, ...allowlist.platforms, ...subdirs]);
  const bySubdir = new Map<Subdir, ReadonlyMap<string, readonly UpstreamRecord[]>>();
  for (const subdir of all) bySubdir.set(subdir, await recordsIn(subdir, parts));
  const listed = (subdir: Subdir, name: string) => bySubdir.get(subdir)?.get(name) ?? [];
  const listedNames = new Set([...bySubdir.values()].flatMap((own) => [...own.keys()]));
  const pages = withWheels(ownPages(parts), wheels);
  const indexes = asIndexes(pages);
  const names = condaNames(allowlist, {
    channels: { names: async () => listedNames, named: seenBy(allowlist.platforms, listed) },
    pythonIndexes: indexes,
    nameEvidence: evidenceIn(store, parts),
  });
  return { allowlist, to, listed, names, pages, indexes };
}

async function recordsIn(subdir: Subdir, parts: readonly Store[]) {
  const found = new Map<PackageFileName, UpstreamRecord>();
  for (const from of parts) {
    for (const [filename, record] of (await readIndex(from, 'conda', subdir)) ?? [])
      if (!found.has(filename)) found.set(filename, placed(subdir, filename, record));
  }
  return Map.groupBy(found.values(), ({ record }): string => record.name);
}

/** A record of our own as one of a channel's. */
export function placed(subdir: Subdir, filename: PackageFileName, record: RepodataRecord): UpstreamRecord {
  return { subdir, filename, record, channel: 'conda', url: packageKey('conda', subdir, filename) };
}

/** What each platform's clients see of a name. */
const seenBy =
  (platforms: readonly Subdir[], listed: OwnChannel['listed']): Channels['named'] =>
  async (name) =>
    platforms.map((platform) => usableRecords([...listed(noarch, name), ...listed(platform, name)]).usable);

const unread = async (): Promise<never> => {
  throw new GatehouseError('internal.bug', 'no source distribution is read for what is published');
};

/** Our own pages in the place of the indexes: an author's spelling and what an extra brings are told by them. */
const asIndexes = (pages: PipIndex): PythonIndexes => ({
  files: (_, project) => pages.files(project),
  wheel: async (file) => ({ metadata: await pages.metadata(file), leftOut: [] }),
  sdist: unread,
});

/** The mapping that the last sync kept, and packages as they lie here. */
function evidenceIn(store: Store, parts: readonly Store[]): NameEvidence {
  const mappings = new Map<string, Promise<ReturnType<typeof byProject>>>();
  const packages = new Map<string, Promise<ReadonlySet<ProjectName>>>();
  const readMapping = async (url: string) => byProject((await readKeptMapping(store, url)) ?? {});
  return {
    async mapped(url, project) {
      const names = await makeOnce(mappings, url, () => readMapping(url));
      return { names: names.get(project) ?? [], warning: null };
    },
    carried: (one) => makeOnce(packages, one.url, () => carriedIn(one, parts)),
    keep: async () => {},
  };
}

async function carriedIn(
  { subdir, filename }: Pick<UpstreamRecord, 'subdir' | 'filename'>,
  parts: readonly Store[],
): Promise<ReadonlySet<ProjectName>> {
  for (const part of parts) {
    const object = await part.get(packageKey('conda', subdir, filename));
    if (object !== null) return projectsInPackage(filename, (read) => read(object));
  }
  return new Set();
}
