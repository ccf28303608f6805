import type { Subdir } from '../names/subdir.ts';
import type { WheelTarget } from '../names/wheel-fits.ts';

type VirtualPackages = Readonly<Record<string, string>>;

/**
 * What a machine of today has: kernel 5.10 and glibc 2.28 are those of the oldest Linux distributions still kept up
 * (Debian 11, RHEL 8), macOS 13. No CUDA: `overrides` may add `__cuda`.
 */
const families: ReadonlyMap<string, VirtualPackages> = new Map([
  ['linux', { __unix: '0', __linux: '5.10', __glibc: '2.28' }],
  ['osx', { __unix: '0', __osx: '13.0' }],
  ['win', { __win: '10' }],
  ['freebsd', { __unix: '0' }],
  ['emscripten', { __unix: '0' }],
]);

/** CEP 30, appendix A, but for Apple Silicon, of which every machine is an m1 at least. */
const architectures: ReadonlyMap<string, string> = new Map([
  ['32', 'x86'],
  ['64', 'x86_64'],
  ['aarch64', 'aarch64'],
  ['arm64', 'aarch64'],
  ['armv6l', 'armv6l'],
  ['armv7l', 'armv7l'],
  ['ppc64', 'ppc64'],
  ['ppc64le', 'ppc64le'],
  ['riscv64', 'riscv64'],
  ['s390x', 's390x'],
  ['wasm32', 'wasm32'],
]);

/**
 * The virtual packages (CEP 30) that a platform is taken to have: name -> version, or `version=build` where the build
 * says something, which is `__archspec` alone (`1=x86_64`). A platform outside its families has none, and an architecture
 * unknown to CEP 30 no `__archspec`. Each of `overrides` replaces a default or adds to them.
 */
export function virtualPackagesFor(platform: Subdir, overrides: VirtualPackages = {}): Record<string, string> {
  const [family = '', arch = ''] = platform.split('-');
  const defaults = families.get(family);
  const architecture = platform === 'osx-arm64' ? 'm1' : architectures.get(arch);
  const archspec = defaults && architecture ? { __archspec: `1=${architecture}` } : {};
  return { ...defaults, ...archspec, ...overrides };
}

/**
 * The machines of a platform as pip sees them, with each of these pythons.
 *
 * @param virtualPackages those that the platform is taken to have
 * @param pythons minor versions of Python 3, `3.12`
 */
export function wheelTargets(
  platform: Subdir,
  virtualPackages: VirtualPackages,
  pythons: readonly string[],
): WheelTarget[] {
  const version = (name: string) => virtualPackages[name]?.split('=', 1)[0] ?? null;
  const here = { subdir: platform, glibc: version('__glibc'), macos: version('__osx') };
  return pythons.map((python) => ({ ...here, pythonMinor: Number(python.slice('3.'.length)) }));
}
