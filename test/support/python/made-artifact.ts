import { type Artifact, artifactSchema, type Made } from '../../../core/documents/plan.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { PackageFormat } from '../../../core/names/package-file-name.ts';

/** A plan's artifact of `demo` 1.0, made of these bytes of a file of an index. */
export function madeArtifact(
  bytes: Uint8Array,
  {
    record = {},
    format = '.conda',
    ...made
  }: Partial<Made> & { readonly url: string; readonly record?: object; readonly format?: PackageFormat },
): Artifact {
  const facts = { name: 'demo', version: '1.0', build: 'pyh1234567_0', depends: ['python >=3.8'], ...made };
  const { name, version, build, depends } = facts;
  return artifactSchema.parse({
    subdir: 'noarch',
    filename: `${name}-${version}-${build}${format}`,
    channel: 'https://index.example/simple',
    size: null,
    sha256: null,
    md5: null,
    record: { name, version, build, build_number: 0, depends, noarch: 'python', subdir: 'noarch', ...record },
    why: ['demo ==1.0'],
    url: made.url,
    made: {
      from: 'wheel',
      index: 'http://127.0.0.1/simple',
      fileName: 'demo-1.0-py3-none-any.whl',
      sha256: sha256Of(bytes),
      size: bytes.length,
      timestamp: Date.UTC(2020, 0, 1),
      ...facts,
    },
  });
}
