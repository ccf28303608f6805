import { machinesBySubdir } from '../consistency/b3-machine.ts';

/** By the machine in a platform tag: the subdir of the same machines. */
const linux: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'linux-64'],
  ['i686', 'linux-32'],
  ['aarch64', 'linux-aarch64'],
  ['armv6l', 'linux-armv6l'],
  ['armv7l', 'linux-armv7l'],
  ['loongarch64', 'linux-loong64'],
  ['ppc64', 'linux-ppc64'],
  ['ppc64le', 'linux-ppc64le'],
  ['riscv64', 'linux-riscv64'],
  ['s390x', 'linux-s390x'],
]);
const android: ReadonlyMap<string, string> = new Map([
  ['arm64_v8a', 'linux-aarch64'],
  ['armeabi_v7a', 'linux-armv7l'],
  ['x86_64', 'linux-64'],
  ['x86', 'linux-32'],
]);
const macos: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'osx-64'],
  ['arm64', 'osx-arm64'],
]);
const windows: ReadonlyMap<string, string> = new Map([
  ['win32', 'win-32'],
  ['win_amd64', 'win-64'],
  ['win_arm64', 'win-arm64'],
]);

/** Universal binaries of macOS have several machines, and those of iOS are named for devices. */
const apple = ['macho-x86', 'macho-x86_64', 'macho-arm', 'macho-arm64', 'macho-ppc', 'macho-ppc64', 'macho-universal'];

/**
 * The machines, as `machineOf` names them, of native binaries in a wheel with this platform tag (the platform compatibility
 * tags specification): none of `any`. Null of a tag that is none.
 */
export function machinesOf(tag: string): readonly string[] | null {
  if (tag === 'any' || /^(?:pyodide|emscripten|wasi)(?:_\w+)?$/.test(tag)) return [];
  const subdir = subdirOf(tag);
  if (subdir !== undefined) return machinesBySubdir.get(subdir) ?? null;
  return /^(?:macosx_\d+_\d+_(?:universal2?|intel|fat(?:3|32|64)?|i386|ppc(?:64)?)|ios_\d+_\d+_\w+)$/.test(tag)
    ? apple
    : null;
}

function subdirOf(tag: string): string | undefined {
  const [, onLinux = ''] = /^(?:many|musl)?linux(?:\d+|_\d+_\d+)?_(\w+)$/.exec(tag) ?? [];
  const [, onAndroid = ''] = /^android_\d+_(\w+)$/.exec(tag) ?? [];
  const [, onMacos = ''] = /^macosx_\d+_\d+_(\w+)$/.exec(tag) ?? [];
  return linux.get(onLinux) ?? android.get(onAndroid) ?? macos.get(onMacos) ?? windows.get(tag);
}
