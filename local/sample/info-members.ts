import { canonicalJson, compareCodePoints } from '../../core/json.ts';
import type { PackageFacts, PackageIndex } from './package-index.ts';
import type { TarMember } from './tar-write.ts';

/** One line of `info/paths.json`. */
export interface PackagedFile {
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** The `info/` members of a package (CEP 34), in order of path; `files` in the order they are packed. */
export function infoMembers(
  facts: PackageFacts,
  index: PackageIndex,
  files: readonly PackagedFile[],
): readonly TarMember[] {
  const { name, noarch, runExports, license = 'BSD-3-Clause' } = facts;
  const members: Readonly<Record<string, string | undefined>> = {
    'info/about.json': canonicalJson({ license, summary: `Sample package ${name}` }),
    'info/files': files.map(({ path }) => `${path}\n`).join(''),
    'info/git': '',
    'info/hash_input.json': '{}',
    'info/index.json': canonicalJson(index),
    'info/link.json': noarch === 'python' ? linkJson : undefined,
    'info/paths.json': pathsJson(files),
    'info/run_exports.json': runExports && canonicalJson(runExports),
  };
  return Object.entries(members)
    .flatMap(([path, text]) => (text === undefined ? [] : [{ path, content: Buffer.from(text) }]))
    .sort((a, b) => compareCodePoints(a.path, b.path));
}

const linkJson = canonicalJson({ noarch: { type: 'python' }, package_metadata_version: 1 });

function pathsJson(files: readonly PackagedFile[]): string {
  const paths = files.map(({ path, sha256, size }) => ({
    _path: path,
    path_type: 'hardlink',
    sha256,
    size_in_bytes: size,
  }));
  return canonicalJson({ paths, paths_version: 1 });
}
