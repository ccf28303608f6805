import type { Subdir } from './subdir.ts';

/** What CPython says of the machines that a conda subdir is for. */
export interface PythonPlatform {
  /** `platform.system()`. */
  readonly system: 'Linux' | 'Darwin' | 'Windows';
  /** `platform.machine()`. */
  readonly machine: string;
  /** The platform tag of wheels built there, with neither a libc nor a macOS version in it. */
  readonly tag: string;
}

const linux = (machine: string): PythonPlatform => ({ system: 'Linux', machine, tag: `linux_${machine}` });
const macos = (machine: string): PythonPlatform => ({ system: 'Darwin', machine, tag: `macosx_${machine}` });
const windows = (machine: string, tag: string): PythonPlatform => ({ system: 'Windows', machine, tag });

const platforms: ReadonlyMap<string, PythonPlatform> = new Map([
  ['linux-32', linux('i686')],
  ['linux-64', linux('x86_64')],
  ['linux-aarch64', linux('aarch64')],
  ['linux-armv6l', linux('armv6l')],
  ['linux-armv7l', linux('armv7l')],
  ['linux-loong64', linux('loongarch64')],
  ['linux-ppc64', linux('ppc64')],
  ['linux-ppc64le', linux('ppc64le')],
  ['linux-riscv64', linux('riscv64')],
  ['linux-s390x', linux('s390x')],
  ['osx-64', macos('x86_64')],
  ['osx-arm64', macos('arm64')],
  ['win-32', windows('x86', 'win32')],
  ['win-64', windows('AMD64', 'win_amd64')],
  ['win-arm64', windows('ARM64', 'win_arm64')],
]);

/** Null for a subdir that no CPython of conda's runs on, or none whose names for it are settled (FreeBSD, WebAssembly). */
export function pythonPlatformOf(subdir: Subdir): PythonPlatform | null {
  return platforms.get(subdir) ?? null;
}
