/** By the machine in a platform tag of Linux (`manylinux_2_17_x86_64`) or Android (`android_24_arm64_v8a`). */
const elf: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'elf-x86_64'],
  ['i686', 'elf-x86'],
  ['x86', 'elf-x86'],
  ['aarch64', 'elf-aarch64'],
  ['arm64_v8a', 'elf-aarch64'],
  ['armv6l', 'elf-arm'],
  ['armv7l', 'elf-arm'],
  ['armv8l', 'elf-arm'],
  ['armeabi_v7a', 'elf-arm'],
  ['ppc64', 'elf-ppc64'],
  ['ppc64le', 'elf-ppc64le'],
  ['s390x', 'elf-s390x'],
  ['riscv64', 'elf-riscv'],
  ['loongarch64', 'elf-loongarch'],
]);

const windows: ReadonlyMap<string, string> = new Map([
  ['win32', 'pe-x86'],
  ['win_amd64', 'pe-x86_64'],
  ['win_arm64', 'pe-arm64'],
]);

/**
 * The machines, as `machineOf` names them, of native binaries in a wheel with this platform tag (the platform compatibility
 * tags specification); `macho-*` for any of macOS's. Null of a tag that is none.
 */
export function machinesOf(tag: string): string[] | null {
  if (tag === 'any' || /^(?:pyodide|emscripten|wasi)(?:_\w+)?$/.test(tag)) return [];
  if (windows.has(tag)) return [windows.get(tag) ?? ''];
  const [, macos] = /^macosx_\d+_\d+_(\w+)$/.exec(tag) ?? [];
  if (macos !== undefined) return machinesOfMac(macos);
  if (/^ios_\d+_\d+_\w+$/.test(tag)) return ['macho-*'];
  const [, machine = ''] = /^(?:(?:many|musl)?linux(?:\d+|_\d+_\d+)?|android_\d+)_(\w+)$/.exec(tag) ?? [];
  const found = elf.get(machine);
  return found === undefined ? null : [found];
}

/** Of one machine's tag, that machine's and universal binaries; `universal2`, `intel` and the like of any. */
const machinesOfMac = (machine: string): string[] =>
  machine === 'x86_64' || machine === 'arm64' ? [`macho-${machine}`, 'macho-universal'] : ['macho-*'];
