import { type Artifact, artifactId } from '../../documents/plan.ts';
import { type SimpleFile, simpleFileId } from '../../documents/simple/simple-plan.ts';
import type { Received } from '../../upstream/download.ts';
import type { AtTheDoor } from '../gate.ts';
import { releaseOf } from './release-of.ts';

/** A package that a plan named, and that came. */
export async function packageAtTheDoor(
  artifact: Artifact,
  { staged, digests }: Pick<Received, 'staged' | 'digests'>,
): Promise<AtTheDoor> {
  const { record, channel, made, published = null, why } = artifact;
  return {
    kind: 'package',
    id: artifactId(artifact),
    name: record.name,
    version: record.version,
    origin: made === undefined ? 'upstream' : 'made',
    source: channel,
    record,
    published,
    yanked: false,
    projectStatus: null,
    ...(made === undefined ? { projects: [] } : { projects: releaseOf(made.fileName), madeOf: made.sha256 }),
    digests,
    bytes: await staged.source(),
    request: { entries: why },
  };
}

/** A file for pip that a plan named, and that came: a wheel, whatever it was read of. */
export async function fileAtTheDoor(
  file: SimpleFile,
  { staged, digests }: Pick<Received, 'staged' | 'digests'>,
): Promise<AtTheDoor> {
  const { project, release, index, sdist, published = null, yanked = false, why } = file;
  const { attestations = null, releasedAt = null, projectStatus = null } = file;
  return {
    kind: 'wheel',
    id: simpleFileId(file),
    name: project,
    version: release,
    origin: sdist === undefined ? 'index' : 'made',
    source: index,
    record: null,
    published,
    yanked,
    projectStatus,
    attestations,
    releasedAt,
    projects: [{ project, version: release, by: 'itself' }],
    digests,
    bytes: await staged.source(),
    request: { entries: why },
  };
}
