import type { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { type Allowlist, parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import type { Provenance } from '../../../core/documents/provenance.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { indexKey, provenanceKey } from '../../../core/layout/keys.ts';
import { md5Schema, sha256Of } from '../../../core/names/digest.ts';
import { parseDistributionFileName } from '../../../core/names/distribution-file-name.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import type { ProjectName } from '../../../core/names/project-name.ts';
import { noarch, type Subdir } from '../../../core/names/subdir.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { ProjectFile } from '../../../core/python-index/project-file.ts';
import { recordSchema } from '../../../core/record/record.ts';
import type { NameEvidence } from '../../../core/releases/name-evidence.ts';
import type { PythonIndexes } from '../../../core/releases/python-indexes.ts';
import type { OpenSubdir } from '../../../core/solve/upstream-subdirs.ts';
import { parseCoreMetadata } from '../../../core/wheel/core-metadata.ts';

/** A package or release of a small world: `name`, a whole number for its version, and what it needs. */
export interface SmallRelease {
  readonly name: string;
  readonly version: number;
  readonly needs: readonly string[];
}

export const ownAllowlist = (document: object): Allowlist => {
  const parsed = parseAllowlist(
    Buffer.from(JSON.stringify({ platforms: ['linux-64'], ...document })),
    'allowlist.json',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
};

/** A noarch package, and its record. */
export function smallPackage({ name, version, needs }: SmallRelease, build = '0') {
  const filename = packageFileNameSchema.parse(`${name}-${version}-${build}.conda`);
  const digests = { sha256: sha256Of(filename), md5: md5Schema.parse('0'.repeat(32)), size: 1 };
  const own = { name, version: `${version}`, build, build_number: 0, depends: needs, subdir: noarch };
  return { filename, digests, record: recordSchema.parse({ ...own, ...digests }) };
}

const published: Provenance['origin'] = { type: 'published', by: null };
type Placed = ReturnType<typeof smallPackage>;

/** Has our index of noarch list packages, which entered so. */
export async function listPackagesOf(
  store: Store,
  packages: readonly (Placed & { readonly origin?: Provenance['origin'] | undefined })[],
): Promise<void> {
  const records = Object.fromEntries(packages.map(({ filename, record }) => [filename, record]));
  const index = { info: { subdir: noarch }, packages: {}, 'packages.conda': records };
  await store.put(indexKey('conda', noarch, 'repodata.json'), Buffer.from(canonicalJson(index)));
  for (const { filename, record, digests, origin = published } of packages) {
    const place = { version: 1, channel: 'conda', subdir: noarch, filename } as const;
    const provenance: Provenance = { ...place, ...digests, origin, record, findings: [], firstSeen: 0 };
    await store.put(provenanceKey('conda', noarch, filename, digests.sha256), Buffer.from(canonicalJson(provenance)));
  }
}

/** Channels, by URL, whose packages are all noarch. */
export const channelsWith =
  (channels: Readonly<Record<string, readonly SmallRelease[]>>): OpenSubdir =>
  async (channel: string, subdir: Subdir) => {
    const all = subdir === noarch ? (channels[channel] ?? []).map((one) => smallPackage(one)) : [];
    const url = `${channel}/${subdir}`;
    const placed = all.map(({ filename, record }) => ({
      filename,
      record,
      subdir,
      channel,
      url: `${url}/${filename}`,
    }));
    return {
      url,
      names: () => new Set(placed.map(({ record }) => record.name)),
      records: async (name) => ({ records: placed.filter(({ record }) => record.name === name), problems: [] }),
    };
  };

/** One index, whose files are wheels for every platform. */
export function indexWith(releases: readonly SmallRelease[], asked: (project: ProjectName) => void): PythonIndexes {
  const texts = new Map<string, string>();
  const files = (index: string, project: ProjectName): ProjectFile[] =>
    releases.flatMap(({ name, version, needs }) => {
      const fileName = parseDistributionFileName(`${name.replaceAll(/[-.]/g, '_')}-${version}-py3-none-any.whl`);
      if (name.replaceAll(/[._]/g, '-').toLowerCase() !== project || fileName === null) return [];
      const url = `${index}/${project}/${fileName}`;
      texts.set(url, ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`, ...needs].join('\n'));
      const facts = { requiresPython: null, yanked: false, uploadTime: '2020-01-01T00:00:00Z', metadata: true };
      return [{ fileName, url, page: index, sha256: sha256Of(fileName), size: 1, ...facts }];
    });
  return {
    async files(index, project) {
      asked(project);
      const found = files(index, project);
      return found.length === 0 ? null : found;
    },
    async wheel({ url, fileName }) {
      const metadata = parseCoreMetadata(Buffer.from(texts.get(url) ?? ''), fileName, () => {});
      return { metadata, leftOut: [] };
    },
    sdist: () => Promise.reject(new Error('there are none')),
  };
}

/** A mapping that says of some projects which conda packages they are. */
export const evidenceOf = (mapped: Readonly<Record<string, readonly string[]>>): NameEvidence => ({
  mapped: async (_, project) => ({ names: mapped[project] ?? [], warning: null }),
  carried: async () => new Set(),
  keep: async () => {},
});

export const planning = (store: Store, solver: ReturnType<typeof rattlerSolver>) => ({
  channel: 'conda' as const,
  store,
  solver,
  clock: { now: () => 0 },
  log: () => {},
  retain: 0,
});
