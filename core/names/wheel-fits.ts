import { type PythonPlatform, pythonPlatformOf } from './python-platform.ts';
import type { Subdir } from './subdir.ts';
import type { WheelFileName } from './wheel-file-name.ts';

/** A CPython 3 on machines of one kind. */
export interface WheelTarget {
  readonly subdir: Subdir;
  /** 12 for Python 3.12. */
  readonly pythonMinor: number;
  /** The `__glibc` that machines have, `2.28`; null where they have none. */
  readonly glibc: string | null;
  /** The `__osx` that machines have, `13.0`; null where they have none. */
  readonly macos: string | null;
}

/**
 * Tells whether pip would install the wheel there (platform compatibility tags, PEP 425, 600 and 656): one of its
 * combinations of tags must fit. conda has no musl, so `musllinux` never fits, nor do free-threaded ABIs (`cp313t`).
 */
export function wheelFits({ pythons, abis, platforms }: WheelFileName, target: WheelTarget): boolean {
  const fitting = platforms.filter((tag) => platformFits(tag, target));
  const [anywhere, here] = [platforms.includes('any'), fitting.length > 0];
  return pythons.some((python) =>
    abis.some(
      (abi) =>
        (anywhere && pureFits(python, abi, target.pythonMinor)) || (here && builtFits(python, abi, target.pythonMinor)),
    ),
  );
}

/** `py3`, `py36` (3.6 and all later 3), and `cp312` for 3.12 alone. */
function pureFits(python: string, abi: string, minor: number): boolean {
  if (abi !== 'none') return false;
  return python === 'py3' || python === `cp3${minor}` || (minorOf(python, 'py3') ?? Number.POSITIVE_INFINITY) <= minor;
}

function builtFits(python: string, abi: string, minor: number): boolean {
  if (pureFits(python, abi, minor)) return true;
  const built = minorOf(python, 'cp3') ?? 0;
  if (abi === 'abi3') return built >= firstAbi3Minor && built <= minor;
  return built === minor && abi === (minor <= lastMinorWithPymalloc ? `cp3${minor}m` : `cp3${minor}`);
}

/** PEP 384: the stable ABI came with Python 3.2. */
const firstAbi3Minor = 2;
/** Until Python 3.7 an ABI's name had an `m` for its allocator. */
const lastMinorWithPymalloc = 7;

function minorOf(tag: string, prefix: string): number | null {
  const digits = tag.startsWith(prefix) ? tag.slice(prefix.length) : '';
  return /^(?:0|[1-9]\d?)$/.test(digits) ? Number(digits) : null;
}

function platformFits(tag: string, { subdir, glibc, macos }: WheelTarget): boolean {
  const platform = pythonPlatformOf(subdir);
  if (platform === null) return false;
  if (tag === platform.tag) return platform.system !== 'Darwin';
  if (platform.system === 'Linux') return glibc !== null && manylinuxFits(tag, platform, numbersOf(glibc));
  return platform.system === 'Darwin' && macos !== null && macosFits(tag, platform, numbersOf(macos));
}

type Numbers = readonly [major: number, minor: number];

function numbersOf(version: string): Numbers {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}

const isAtMost = ([major, minor]: Numbers, [limitMajor, limitMinor]: Numbers): boolean =>
  major < limitMajor || (major === limitMajor && minor <= limitMinor);

/** PEP 513, 571 and 599: names from before a tag named its glibc. */
const glibcOfLegacyTag: ReadonlyMap<string, Numbers> = new Map([
  ['1', [2, 5]],
  ['2010', [2, 12]],
  ['2014', [2, 17]],
]);

function manylinuxFits(tag: string, { machine }: PythonPlatform, glibc: Numbers): boolean {
  const [, legacy = '', major, minor, architecture] = /^manylinux(1|2010|2014|_(\d+)_(\d+))_(\w+)$/.exec(tag) ?? [];
  const needed: Numbers = glibcOfLegacyTag.get(legacy) ?? [Number(major), Number(minor)];
  if (architecture !== machine || machine === 'armv6l') return false;
  // manylinux2014 was the first for other machines than Intel's.
  const oldest: Numbers = machine === 'x86_64' || machine === 'i686' ? [2, 5] : [2, 17];
  return isAtMost(oldest, needed) && isAtMost(needed, glibc);
}

const macosFormats: ReadonlyMap<string, readonly string[]> = new Map([
  ['x86_64', ['x86_64', 'intel', 'fat64', 'fat3', 'universal2', 'universal']],
  ['arm64', ['arm64', 'universal2']],
]);

/** From macOS 11 on a tag names the major version alone. A `universal2` for 10.x has a part for arm64 too. */
function macosFits(tag: string, { machine }: PythonPlatform, macos: Numbers): boolean {
  const [, major, minor, format = ''] = /^macosx_(\d+)_(\d+)_(\w+)$/.exec(tag) ?? [];
  const needed: Numbers = [Number(major), Number(minor)];
  if (!macosFormats.get(machine)?.includes(format) || !isAtMost(needed, macos)) return false;
  if (needed[0] > 10) return needed[1] === 0;
  return isAtMost([10, 4], needed) && isAtMost(needed, [10, 16]) && (machine !== 'arm64' || format === 'universal2');
}
