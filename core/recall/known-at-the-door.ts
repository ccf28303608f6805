import { readControl } from '../documents/control.ts';
import type { GateVerdict, ProjectRelease } from '../documents/gate/verdict.ts';
import { type Provenance, soundProvenance, wheelOf } from '../documents/provenance.ts';
import { soundFileProvenance } from '../documents/simple/file-provenance.ts';
import { readProjectControl } from '../documents/simple/project-control.ts';
import { releaseOf } from '../gate/door/release-of.ts';
import type { AtTheDoor } from '../gate/gate.ts';
import type { Sha256 } from '../names/digest.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import { versionOfFile } from '../names/release-version.ts';
import { isWheelName } from '../names/wheel-file-name.ts';
import type { Store } from '../ports/store.ts';
import type { FileAt, PackageAt } from './served-file.ts';

/** What is known of a file that is served, or was, without a look at its bytes. */
export type KnownAtTheDoor = Omit<AtTheDoor, 'digests' | 'bytes'>;

/**
 * A file as the gate asks of it: as it entered, with what upstream says of it since. What has no sound provenance is as
 * what was copied in.
 *
 * @param earlier what was found of these bytes before; null when nobody looked
 */
export const knownAtTheDoor = (
  file: PackageAt | FileAt,
  sha256: Sha256,
  { store, earlier }: { readonly store: Store; readonly earlier: GateVerdict | null },
): Promise<KnownAtTheDoor> =>
  file.kind === 'package' ? ofPackage(file, sha256, { store, earlier }) : ofFile(file, sha256, { store, earlier });

interface Knowing {
  readonly store: Store;
  readonly earlier: GateVerdict | null;
}

async function ofPackage(file: PackageAt, sha256: Sha256, { store, earlier }: Knowing): Promise<KnownAtTheDoor> {
  const { name, version } = packageFileParts(file.filename);
  const provenance = await soundProvenance(store, file, sha256);
  const said = (await readControl(store, file.channel, file.subdir)).control.packages[file.filename];
  const origin = provenance?.origin;
  return {
    ...{ kind: 'package', id: file.id, name, version, origin: origin?.type ?? 'copied' },
    source: origin?.type === 'upstream' ? origin.channel : origin?.type === 'made' ? origin.index : null,
    record: origin?.type === 'upstream' ? (said?.record ?? provenance?.record ?? null) : null,
    ...{ yanked: false, projectStatus: null, isServed: true },
    ...entered(earlier, { firstSeen: provenance?.firstSeen, why: said?.why, projects: madeOf(provenance) }),
  };
}

/** The release that a package was made of; none of other packages. */
function madeOf(provenance: Provenance | null): ProjectRelease[] {
  if (provenance === null) return [];
  const { origin } = provenance;
  const fileName = origin.type === 'made' ? origin.fileName : wheelOf(provenance)?.fileName;
  return fileName === undefined ? [] : releaseOf(fileName);
}

async function ofFile(file: FileAt, sha256: Sha256, { store, earlier }: Knowing): Promise<KnownAtTheDoor> {
  const { project, fileName } = file;
  const provenance = await soundFileProvenance(store, file, sha256);
  const said = (await readProjectControl(store, project)).control.files[fileName];
  const origin = provenance?.origin;
  const version = versionOfFile(fileName, project) ?? '';
  return {
    ...{ kind: isWheelName(fileName) ? 'wheel' : 'sdist', id: file.id, name: project, version },
    origin: origin?.type ?? 'copied',
    source: origin?.type === 'index' || origin?.type === 'made' ? origin.index : null,
    ...{ record: null, yanked: said?.yanked ?? false, projectStatus: null, isServed: true },
    ...entered(earlier, {
      firstSeen: provenance?.firstSeen,
      why: said?.why,
      projects: [{ project, version, by: 'itself' }],
    }),
  };
}

interface Entered {
  /** Milliseconds since the epoch. */
  readonly firstSeen: number | undefined;
  readonly why: readonly string[] | undefined;
  readonly projects: readonly ProjectRelease[];
}

/** When and by whom it came in: as the first verdict of it has it, or, where it entered before there was a gate, as control. */
function entered(
  earlier: GateVerdict | null,
  { firstSeen, why, projects }: Entered,
): Pick<KnownAtTheDoor, 'published' | 'request' | 'projects'> {
  const seen = firstSeen === undefined ? null : ({ at: firstSeen, by: 'first-seen' } as const);
  const asked = why === undefined || why.length === 0 ? null : { entries: why };
  return {
    published: earlier?.published ?? seen,
    request: earlier?.request ?? asked,
    projects: earlier?.facts?.projects ?? projects,
  };
}
