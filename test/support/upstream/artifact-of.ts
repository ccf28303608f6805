import { type Artifact, artifactSchema } from '../../../core/documents/plan.ts';
import type { Digests } from '../../../core/names/digest.ts';
import { buildPackage, type PackageSpec } from '../../../local/sample/build-package.ts';

export interface SampleArtifact {
  readonly artifact: Artifact;
  readonly bytes: Uint8Array;
  readonly digests: Digests;
}

/** A small sound package and what a plan would say of it at this upstream, some of it replaced. */
export async function artifactOf(
  upstream: string,
  spec: Partial<PackageSpec> = {},
  changes: Readonly<Record<string, unknown>> = {},
): Promise<SampleArtifact> {
  const built = await buildPackage({
    name: 'tiny',
    version: '1.0',
    build: '0',
    subdir: 'noarch',
    format: '.conda',
    ...spec,
  });
  const { sha256, md5, size } = built.digests;
  const { filename, subdir, index, bytes, digests } = built;
  const artifact = artifactSchema.parse({
    subdir,
    filename,
    channel: upstream,
    url: `${upstream}/${subdir}/${filename}`,
    sha256,
    md5,
    size,
    record: { ...index, sha256, md5, size },
    why: ['tiny'],
    ...changes,
  });
  return { artifact, bytes, digests };
}
