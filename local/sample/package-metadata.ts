import type { TarFile } from '../../core/archive/tar/write-tar.ts';
import { infoMembers, type PackagedFile } from '../../core/package/write-conda.ts';

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

/** When a sample package was made, in milliseconds since the epoch. */
export const timeOf = ({ timestamp = sampleTime }: SampleMetadata): number => timestamp;

/** The `info/` members of a sample package; `files` in the order they are packed. */
export function sampleInfo(
  { name, noarch, runExports, license = 'BSD-3-Clause' }: SampleMetadata,
  index: PackageIndex,
  files: readonly PackagedFile[],
): readonly TarFile[] {
  const about = { license, summary: `Sample package ${name}` };
  return infoMembers({ index, about, runExports, files, ...(noarch === 'python' && { entryPoints: [] }) });
}
