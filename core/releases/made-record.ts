import { type Sha256, sha256Of } from '../names/digest.ts';
import type { MatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../names/match-spec/solver-spec.ts';
import { type PackageFormat, parsePackageFileName } from '../names/package-file-name.ts';
import type { PackageName } from '../names/package-name.ts';
import { parseSpecifier, type Specifier } from '../names/pep440/specifier.ts';
import { specifierToMatchSpec } from '../names/pep440/specifier-to-match-spec.ts';
import type { ProjectName } from '../names/project-name.ts';
import { noarch } from '../names/subdir.ts';
import { normaliseRecord } from '../record/normalise-record.ts';
import { sdistReaderRevision } from '../sdist/unpack-sdist.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { converterRevision } from '../wheel/convert-wheel.ts';
import { asksOf, type CoreMetadata } from '../wheel/core-metadata.ts';
import { indexJsonOf } from '../wheel/index-json-of.ts';
import type { Reason, ReleaseFile } from './release-files.ts';
import type { DependsPart } from './split-depends.ts';

/** What a PyPI entry asks for. */
export interface MadeRequest {
  readonly project: ProjectName;
  readonly specifier: Specifier;
  /** Whether an sdist will do where a release has no wheel. */
  readonly unpack: boolean;
  /** Whether what it needs and no channel has comes from the index. */
  readonly closesOnIndex: boolean;
  /** What the package is called in conda. */
  readonly name: PackageName;
  readonly format: PackageFormat;
  /** What the entry says that the package needs besides. */
  readonly depends: readonly MatchSpec[];
  /** The one wheel that the entry means; any without it. */
  readonly wheel?: Sha256 | null;
}

/** How the build string of a made package starts, and of no other: a channel's build of the name does not answer the entry. */
export const madeBuild = 'pypi_';

interface MadeRelease {
  readonly release: ReleaseFile;
  readonly metadata: CoreMetadata;
  readonly made: MadeRequest;
  /** The index that the release is of. */
  readonly index: string;
  /** What the release asks of Python. */
  readonly bounds: Specifier;
}

/** The record of a package that is to be made: what its own `info/index.json` will say, and what it is made of. */
export function madeRecord(
  part: DependsPart,
  { release, metadata, made, index, bounds }: MadeRelease,
): UpstreamRecord | Reason {
  const { file, from, version } = release;
  const depends = dependsOf(part, made, bounds);
  if (typeof depends === 'string') return { code: 'pypi.python', detail: depends };
  const build = buildOf(depends, from);
  const timestamp = file.uploadTime === null ? 0 : Date.parse(file.uploadTime);
  const indexJson = indexJsonOf(
    metadata,
    { project: made.project, version },
    { name: made.name, depends, build, timestamp },
  );
  const filename = parsePackageFileName(`${made.name}-${version.text}-${build}${made.format}`);
  // Without a time of the index's the package is dated by what is in it, which nobody knows before it is made.
  const { timestamp: _, ...undated } = indexJson;
  const normal = normaliseRecord(timestamp === 0 ? undated : indexJson);
  if (filename === null || !normal.ok || file.sha256 === null) {
    return { code: 'pypi.file-name', detail: `${made.name}-${version.text}-${build} is no name of a conda package` };
  }
  const { fileName, url, sha256, size } = file;
  const source = { from, index, fileName, url, sha256, size };
  // An sdist was read as a whole, by its sha256.
  const asks = from === 'wheel' ? { asks: asksOf(metadata) } : {};
  return {
    filename,
    subdir: noarch,
    channel: index,
    url,
    record: normal.record,
    made: { ...source, name: made.name, version: version.text, build, depends, ...asks, timestamp },
  };
}

/** What the release needs, python within its bounds and the part's, the part's system, and what the entry adds. */
function dependsOf(part: DependsPart, { depends: stated }: MadeRequest, bounds: Specifier): string[] | string {
  const within = withinPart(bounds, part);
  const versions = within && specifierToMatchSpec(within);
  if (!versions?.ok) return `its Requires-Python cannot be said in conda: ${versions?.message ?? 'it is too long'}`;
  const isStated = stated.some(({ name }) => name === 'python');
  const unbound = isStated ? [] : ['python'];
  const python = within?.clauses.length === 0 ? unbound : [`python ${versions.text}`];
  const system = part.system === null ? [] : [part.system];
  return [...new Set([...part.depends, ...python, ...system, ...stated.map(canonicalMatchSpec)])];
}

function withinPart({ text }: Specifier, { from, before }: DependsPart): Specifier | null {
  // 3.11.0rc1 would lie on neither side of a cut at 3.11 itself.
  const cuts = [text, from === null ? '' : `>=${from}.dev0`, before === null ? '' : `<${before}`];
  return parseSpecifier(cuts.filter((clause) => clause !== '').join(','));
}

/** Other dependencies, or a mended converter or reader, give another name and never other bytes under an old one. */
function buildOf(depends: readonly string[], from: ReleaseFile['from']): string {
  const revisions = [converterRevision, from === 'sdist' ? sdistReaderRevision : 0];
  return `${madeBuild}${sha256Of(JSON.stringify([revisions, depends])).slice(0, 8)}`;
}
