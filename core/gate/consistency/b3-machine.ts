import { collectFindings, type Report, shown } from '../../archive/finding.ts';
import type { ContentsCheck } from '../check.ts';
import { contentsCheck } from '../contents/contents-check.ts';
import type { GateMember } from '../reading.ts';

/** Which native binaries a platform runs. Of a subdir that is not here nothing is known, and nothing asked. */
export const machinesBySubdir: ReadonlyMap<string, readonly string[]> = new Map([
  ['noarch', []],
  ['linux-32', ['elf-x86']],
  ['linux-64', ['elf-x86_64', 'elf-x86']],
  ['linux-aarch64', ['elf-aarch64']],
  ['linux-armv6l', ['elf-arm']],
  ['linux-armv7l', ['elf-arm']],
  ['linux-loong64', ['elf-loongarch']],
  ['linux-ppc64', ['elf-ppc64']],
  ['linux-ppc64le', ['elf-ppc64le']],
  ['linux-riscv32', ['elf-riscv']],
  ['linux-riscv64', ['elf-riscv']],
  ['linux-s390x', ['elf-s390x']],
  ['osx-64', ['macho-x86_64', 'macho-universal']],
  ['osx-arm64', ['macho-arm64', 'macho-universal']],
  ['win-32', ['pe-x86']],
  ['win-64', ['pe-x86_64', 'pe-x86']],
  ['win-arm64', ['pe-arm64']],
]);

/** WebAssembly, and what graphics cards and the kernel's filters run: of no platform. */
export const ofNoPlatform = new Set(['wasm', 'elf-cuda', 'elf-amdgpu', 'elf-bpf']);

/**
 * What projects carry for every system in each of their packages: launchers that pip's distlib, installer, setuptools, distutils
 * up to Python 3.10 and menuinst make commands and shortcuts of, and what pydevd, which debugpy holds, attaches to a process with.
 */
const carried = [
  /(?:^|\/)(?:distlib|installer\/_scripts)\/[tw](?:32|64)?(?:[-_]arm(?:64)?)?\.exe$/,
  /(?:^|\/)setuptools\/(?:cli|gui)(?:-(?:32|64|arm|arm64|arm-32))?\.exe$/,
  /(?:^|\/)distutils\/command\/wininst-[\d.]+(?:-amd64)?\.exe$/,
  /(?:^|\/)menuinst\/data\/(?:osx|appkit)_launcher_(?:x86_64|arm64)$/,
  /(?:^|\/)pydevd_attach_to_process\/(?:attach|inject|run_code)[^/]*\.(?:so|dylib|dll|exe)$/,
];

/**
 * Native binaries are for the machine of the subdir that the package lies in; a `noarch` one has none. What another system
 * runs is warned of: debugpy has all systems' in one tree, and a platform does not run it.
 */
export const b3Machine: ContentsCheck = contentsCheck({
  id: 'B3',
  version: 1,
  find({ kind, id, contents }) {
    const [subdir = ''] = id.split('/', 1);
    const machines = machinesBySubdir.get(subdir);
    if (kind !== 'package' || machines === undefined) return [];
    const [held, warned] = [collectFindings(), collectFindings()];
    for (const member of contents.members.values()) {
      const code = oddityOf(member, machines);
      const report: Report = code === 'B3.machine' ? held.report : warned.report;
      if (code !== null) report(code, `${shown(member.path)} is for ${member.machine}, the package for ${subdir}`);
    }
    return [
      ...held.list().map((finding) => ({ ...finding, verdict: 'hold' as const })),
      ...warned.list().map((finding) => ({ ...finding, verdict: 'warn' as const })),
    ];
  },
});

function oddityOf({ path, machine }: GateMember, machines: readonly string[]): string | null {
  if (machine === null || ofNoPlatform.has(machine) || machines.includes(machine)) return null;
  if (carried.some((place) => place.test(path))) return 'B3.carried';
  const [format = ''] = machine.split('-', 1);
  const isForeign = machines.length > 0 && !machines.some((one) => one.startsWith(format));
  return isForeign ? 'B3.foreign' : 'B3.machine';
}
