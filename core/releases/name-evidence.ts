import { keepMapping, type Mapping, mappingSchema, readKeptMapping } from '../documents/kept-mapping.ts';
import { thisStore } from '../documents/published/this-store.ts';
import { parseJson } from '../json/json.ts';
import { packageKey } from '../layout/keys.ts';
import { packageNameSchema } from '../names/package-name.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Problem } from '../problems/problem.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { carriedProjects, projectsInPackage } from '../python-index/carried-projects.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { fetchDocument, type UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { makeOnce } from '../upstream/make-once.ts';
import { once, readBounded } from '../upstream/read-body.ts';

/** What a published mapping says of a project. */
interface MappedNames {
  /** The conda packages that it is in, in order. */
  readonly names: readonly string[];
  /** Where the mapping could not be read, and the one of the last run counts. */
  readonly warning: Problem | null;
}

/** What is known of which conda package a PyPI project is, beside the channels' records. */
export interface NameEvidence {
  /** Rejects with GatehouseError `upstream.*` or `json.invalid` where the mapping cannot be read and none was kept. */
  mapped(url: string, project: ProjectName): Promise<MappedNames>;
  /** The projects whose metadata a conda package installs. Rejects with GatehouseError `upstream.*`, `fetch.sha256`. */
  carried(record: UpstreamRecord): Promise<ReadonlySet<ProjectName>>;
  /** Keeps the mapping that was read, if one was: for those who may change the store. */
  keep(): Promise<void>;
}

interface EvidenceWorld extends UpstreamWorld {
  readonly store: Store;
}

/** Reads evidence, a mapping and each package once for as long as the result lives. */
export function openNameEvidence(world: EvidenceWorld): NameEvidence {
  const opened = new Map<string, Promise<OpenedMapping>>();
  const packages = new Map<string, Promise<ReadonlySet<ProjectName>>>();
  return {
    async mapped(url, project) {
      const { names, warning } = await makeOnce(opened, url, () => openMapping(url, world));
      return { names: names.get(project) ?? [], warning };
    },
    carried: (record) =>
      makeOnce(packages, record.url, () =>
        record.channel === thisStore ? carriedHere(record, world.store) : carriedProjects(record, world),
      ),
    async keep() {
      for (const [url, opening] of opened) {
        const mapping = await opening.catch(() => null);
        if (mapping !== null && mapping.warning === null) await keepMapping(world.store, url, mapping.written);
      }
    },
  };
}

async function carriedHere({ subdir, filename }: UpstreamRecord, store: Store): Promise<ReadonlySet<ProjectName>> {
  const object = await store.get(packageKey('conda', subdir, filename));
  return object === null ? new Set() : projectsInPackage(filename, (read) => read(object));
}

interface OpenedMapping {
  readonly written: Mapping;
  /** Project -> the conda packages that it is in. */
  readonly names: ReadonlyMap<ProjectName, readonly string[]>;
  readonly warning: Problem | null;
}

/**
 * The mapping at a URL; the one of the last run where it cannot be read.
 *
 * @throws GatehouseError `upstream.*` or `json.invalid` where none was kept either
 */
export async function openMapping(url: string, world: EvidenceWorld): Promise<OpenedMapping> {
  try {
    const written = await fetchMapping(url, world);
    return { written, names: byProject(written), warning: null };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const written = await readKeptMapping(world.store, url);
    const detail = `which conda packages PyPI projects are cannot be read: ${error.message}`;
    const hint = 'name another file of names in "mapping", or "none"; "condaNames" goes before it';
    if (written === null) throw new GatehouseError(error.code, detail, { hint, cause: error });
    const warning = {
      code: 'pypi.mapping',
      subject: shownUrl(url),
      detail: `${detail}; the names of the last run count`,
    };
    return { written, names: byProject(written), warning };
  }
}

/** 32 MiB: the one of conda-forge has 1 MB. */
const maxMappingBytes = 32 * 1024 ** 2;

async function fetchMapping(url: string, world: UpstreamWorld): Promise<Mapping> {
  const read = (bytes: Uint8Array) => parseJson(new TextDecoder().decode(bytes), mappingSchema, shownUrl(url));
  const mapping = await fetchDocument<Mapping>({ url }, world, {
    async fresh(response) {
      const bytes = await readBounded(response.body, maxMappingBytes, shownUrl(url));
      const sound = read(bytes);
      // Only a sound one is kept.
      await world.cache.put(url, response.header('etag'), once(bytes));
      return sound;
    },
    kept: async (document) => read(await document.read(0, document.size)),
  });
  return mapping ?? Promise.reject(new GatehouseError('upstream.status', `${shownUrl(url)} answered with status 404`));
}

/** Turned round; names that are none of a conda package or project are passed over. */
export function byProject(mapping: Mapping): ReadonlyMap<ProjectName, readonly string[]> {
  const names = Object.keys(mapping).filter((name) => packageNameSchema.safeParse(name).success);
  const pairs = names.sort().flatMap((name) => {
    const projects = [mapping[name] ?? []].flat().map(parseProjectName);
    return [...new Set(projects)].map((project) => ({ project, name }));
  });
  const found = Map.groupBy(pairs, ({ project }) => project);
  const told = [...found].flatMap(([project, own]) =>
    project === null ? [] : [[project, own.map(({ name }) => name)] as const],
  );
  return new Map(told);
}
