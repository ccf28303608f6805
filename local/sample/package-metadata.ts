import { canonicalJson, compareCodePoints } from '../../core/json/json.ts';
import type { TarFile } from './tar-write.ts';

/** The metadata of a sample package. */
export interface SampleMetadata {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  /** 0 when absent. */
  readonly buildNumber?: number;
  readonly subdir: string;
  readonly depends?: readonly string[];
  readonly constrains?: readonly string[];
  readonly noarch?: 'generic' | 'python';
  /** Milliseconds since the epoch, also the members' mtime; {@link sampleTime} when absent. */
  readonly timestamp?: number;
  readonly license?: string;
  readonly runExports?: Readonly<Record<string, readonly string[]>>;
  /** Laid over `info/index.json` as it is, so that tests can lie; an undefined value removes the key. */
  readonly extraIndex?: Readonly<Record<string, unknown>>;
}

/** The object in `info/index.json`, or a record made of it. */
export type PackageIndex = Readonly<Record<string, unknown>>;

/** 2024-01-01 in milliseconds: the date of everything whose date does not matter. */
export const sampleTime = Date.UTC(2024, 0, 1);

/** `name-version-build`: the file name without its extension (CEP 26). */
export const stemOf = ({ name, version, build }: SampleMetadata): string => `${name}-${version}-${build}`;

/** `info/index.json` as conda-build writes it (CEP 34). */
export function packageIndex(facts: SampleMetadata): PackageIndex {
  const { name, version, build, buildNumber = 0, subdir, depends = [], timestamp = sampleTime } = facts;
  const { constrains, noarch, license = 'BSD-3-Clause', extraIndex } = facts;
  const index = { name, version, build, build_number: buildNumber, subdir, depends, timestamp, license };
  const all = { ...index, ...machineOf(subdir), constrains, noarch, ...extraIndex };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function machineOf(subdir: string): { platform: string | null; arch: string | null } {
  const [platform = '', arch = ''] = subdir.split('-');
  if (subdir === 'noarch') return { platform: null, arch: null };
  return { platform, arch: { '64': 'x86_64', '32': 'x86' }[arch] ?? arch };
}

/**
 * The `info/` members of a package (CEP 34), in order of path.
 *
 * @param files in the order they are packed; `sha256` is hex, `size` bytes
 */
export function infoMembers(
  facts: SampleMetadata,
  index: PackageIndex,
  files: readonly { readonly path: string; readonly sha256: string; readonly size: number }[],
): readonly TarFile[] {
  const { name, noarch, runExports, license = 'BSD-3-Clause' } = facts;
  const paths = files.map((file) => ({
    _path: file.path,
    path_type: 'hardlink',
    sha256: file.sha256,
    size_in_bytes: file.size,
  }));
  const members: Readonly<Record<string, string | undefined>> = {
    'info/about.json': canonicalJson({ license, summary: `Sample package ${name}` }),
    'info/files': files.map(({ path }) => `${path}\n`).join(''),
    'info/git': '',
    'info/hash_input.json': '{}',
    'info/index.json': canonicalJson(index),
    'info/link.json': noarch === 'python' ? linkJson : undefined,
    'info/paths.json': canonicalJson({ paths, paths_version: 1 }),
    'info/run_exports.json': runExports && canonicalJson(runExports),
  };
  return Object.entries(members)
    .flatMap(([path, text]) => (text === undefined ? [] : [{ path, content: Buffer.from(text) }]))
    .sort((a, b) => compareCodePoints(a.path, b.path));
}

const linkJson = canonicalJson({ noarch: { type: 'python' }, package_metadata_version: 1 });
