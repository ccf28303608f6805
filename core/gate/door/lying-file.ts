import { artifactId } from '../../documents/plan.ts';
import type { Provenance } from '../../documents/provenance.ts';
import type { FileProvenance } from '../../documents/simple/file-provenance.ts';
import { simpleFileId } from '../../documents/simple/simple-plan.ts';
import type { Digests } from '../../names/digest.ts';
import type { DistributionFileName } from '../../names/distribution-file-name.ts';
import { type PackageFileName, packageFileParts } from '../../names/package-file-name.ts';
import type { ProjectName } from '../../names/project-name.ts';
import type { Subdir } from '../../names/subdir.ts';
import { isWheelName } from '../../names/wheel-file-name.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { AtTheDoor } from '../gate.ts';
import { releaseOf } from './release-of.ts';

/** A file's bytes, wherever they lie. */
interface Lying {
  readonly bytes: ByteSource;
  readonly digests: Digests;
}

interface PackagePlace {
  readonly subdir: Subdir;
  readonly filename: PackageFileName;
}

interface FilePlace {
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
}

const copiedIn = { origin: 'copied', source: null, record: null, published: null } as const;
const unasked = { yanked: false, projectStatus: null, request: null } as const;

/**
 * A package that lies in a subdir, as the gate is asked about it: by what was written down when it entered, and as one that was
 * copied in by hand where nothing was. What entered before there was a gate has been there: it waits for nothing now.
 */
export function packageThatLies(place: PackagePlace, known: Provenance | null, lying: Lying): AtTheDoor {
  const { name, version } = known?.record ?? packageFileParts(place.filename);
  const common = { kind: 'package', id: artifactId(place), name, version, ...unasked, ...lying } as const;
  if (known === null) return { ...common, ...copiedIn, projects: [] };
  const { origin, record, firstSeen } = known;
  const entered = { ...common, isServed: true, published: { at: firstSeen, by: 'first-seen' } } as const;
  switch (origin.type) {
    case 'upstream':
      return { ...entered, origin: 'upstream', source: origin.channel, record, projects: [] };
    case 'made':
      return {
        ...entered,
        ...{
          origin: 'made',
          source: origin.index,
          record,
          projects: releaseOf(origin.fileName),
          madeOf: origin.sha256,
        },
      };
    case 'published': {
      const projects = origin.wheel === undefined ? [] : releaseOf(origin.wheel.fileName);
      return { ...entered, ...copiedIn, origin: 'published', projects };
    }
    case 'copied':
      return { ...entered, ...copiedIn, projects: [] };
  }
}

/** The same of a file for pip that lies in a project's folder; `release` is the version, in PEP 440's canonical form. */
export function fileThatLies(
  place: FilePlace & { readonly release: string },
  known: FileProvenance | null,
  lying: Lying,
): AtTheDoor {
  const { project, fileName, release: version } = place;
  const kind = isWheelName(fileName) ? 'wheel' : 'sdist';
  const projects = [{ project, version, by: 'itself' }] as const;
  const common = { kind, id: simpleFileId(place), name: project, version, projects, ...unasked, ...lying } as const;
  if (known === null) return { ...common, ...copiedIn };
  const { origin, firstSeen } = known;
  const entered = { ...common, ...copiedIn, isServed: true, published: { at: firstSeen, by: 'first-seen' } } as const;
  if (origin.type === 'published' || origin.type === 'copied') return { ...entered, origin: origin.type };
  return { ...entered, origin: origin.type, source: origin.index };
}
