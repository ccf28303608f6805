import type { PublishedAt } from '../../documents/gate/verdict.ts';
import { artifactId, type Made } from '../../documents/plan.ts';
import { type SimpleFile, simpleFileId } from '../../documents/simple/simple-plan.ts';
import type { GateCandidate } from '../../gate/check.ts';
import { releaseOf } from '../../gate/door/release-of.ts';
import { parseNamedFile } from '../../names/named-file.ts';
import type { ProjectName } from '../../names/project-name.ts';
import type { ProjectFile } from '../../python-index/project-file.ts';
import type { RepodataRecord } from '../../record/record.ts';
import { wheelStemOf } from '../../sdist/read-sdist.ts';
import { unpackedFileName } from '../../sdist/unpack-sdist.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';

/** Something that a plan may choose: what the gate asks of it, and where its bytes are. */
export interface Offered {
  readonly candidate: GateCandidate;
  /** Where the bytes are, or those of the file that it is made of, and who names them. */
  readonly url: string;
  readonly from: string;
  /** The upstream file by its id and digest, for who writes down when it was first seen; null where nothing tells its bytes from others. */
  readonly seen: { readonly id: string; readonly digest: string } | null;
}

/** A package of a channel, or one that is to be made. */
export function offeredPackage(one: UpstreamRecord, isServed: boolean): Offered {
  const { made, channel, url, unpatched: record = one.record } = one;
  const id = artifactId(one);
  const { name, version, sha256 = null, md5 = null } = record;
  const common = { kind: 'package', id, name, version, yanked: false, projectStatus: null, isServed } as const;
  const published = one.published ?? (made === undefined ? indexedAt(record) : madeAt(made));
  const source = { source: channel, record, published };
  if (made === undefined) {
    const digest = sha256 ?? md5;
    const candidate = { ...common, ...source, origin: 'upstream', sha256, projects: [] } as const;
    return { candidate, url, from: channel, seen: digest === null ? null : { id, digest } };
  }
  const projects = releaseOf(made.fileName);
  const candidate = { ...common, ...source, origin: 'made', sha256: null, madeOf: made.sha256, projects } as const;
  const seen = { id: `simple/${projects[0]?.project ?? name}/${made.fileName}`, digest: made.sha256 };
  return { candidate, url: made.url, from: made.index, seen };
}

export interface OnIndex {
  /** The index's URL, as the allowlist spells it. */
  readonly index: string;
  readonly project: ProjectName;
}

/**
 * A file of an index's page. A source distribution enters as the wheel that is read from it alone, which any python's name
 * stands for until an entry chose its pythons. Null for one whose name says nothing of a release of the project.
 */
export function offeredFile(file: ProjectFile, { index, project }: OnIndex, isServed: boolean): Offered | null {
  const named = parseNamedFile(project, file.fileName);
  if (named === null) return null;
  const { fileName, sha256, url, page, yanked, uploadTime } = file;
  const { attestations = null, releasedAt = null, projectStatus = null } = file;
  const isSdist = named.kind === 'sdist';
  const wheel = isSdist ? unpackedFileName(wheelStemOf(project, named.version), ['py3']) : fileName;
  const candidate: GateCandidate = {
    ...{ kind: 'wheel', id: `simple/${project}/${wheel}`, name: project, version: named.version.text },
    ...{ sha256: isSdist ? null : sha256, origin: 'index', source: index },
    ...{ record: null, published: uploadedAt({ uploadTime }), yanked, projectStatus, isServed },
    ...{ attestations, releasedAt },
    projects: [{ project, version: named.version.text, by: 'itself' }],
  };
  return { candidate, url, from: page, seen: sha256 && { id: simpleFileId({ project, fileName }), digest: sha256 } };
}

/** A file that a plan takes for pip: the wheel, by what it is read from. */
export function offeredForPip(file: SimpleFile, isServed: boolean): Offered {
  const { project, fileName, release, index, url, sha256, sdist } = file;
  const { attestations = null, releasedAt = null, projectStatus = null } = file;
  const candidate: GateCandidate = {
    ...{ kind: 'wheel', id: simpleFileId(file), name: project, version: release, origin: 'index', source: index },
    // Of a wheel that is read from a source distribution nobody knows the bytes before.
    ...{ sha256: sdist === undefined ? sha256 : null, record: null, published: file.published ?? uploadedAt(file) },
    ...{ yanked: file.yanked ?? false, projectStatus, isServed, attestations, releasedAt },
    projects: [{ project, version: release, by: 'itself' }],
  };
  return { candidate, url, from: index, seen: { id: `simple/${project}/${sdist ?? fileName}`, digest: sha256 } };
}

/** A channel's own word (CEP 47). */
function indexedAt(record: RepodataRecord): PublishedAt | null {
  const at = record['indexed_timestamp'];
  return typeof at === 'number' ? { at, by: 'indexed_timestamp' } : null;
}

/** An index's own word (PEP 700). */
function uploadedAt({ uploadTime }: { readonly uploadTime: string | null }): PublishedAt | null {
  const at = Date.parse(uploadTime ?? '');
  return Number.isNaN(at) ? null : { at, by: 'upload-time' };
}

/** A package that is made is dated by the time that its index gives of the file, and by 0 where it gives none. */
const madeAt = ({ timestamp }: Made): PublishedAt | null =>
  timestamp === 0 ? null : { at: timestamp, by: 'upload-time' };
