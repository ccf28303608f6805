/** What a version of a Python project says (PEP 440). Numbers are bigints: dates with microseconds pass 2^53. */
export interface Pep440Parts {
  readonly epoch: bigint;
  readonly release: readonly bigint[];
  readonly pre: { readonly letter: 'a' | 'b' | 'rc'; readonly number: bigint } | null;
  readonly post: bigint | null;
  readonly dev: bigint | null;
  /** What follows `+`, lowercase, in its parts; empty when nothing does. */
  readonly local: readonly string[];
}

export interface Pep440Version extends Pep440Parts {
  /** The canonical spelling (PEP 440, "Normalization"), with the zeros of the release as they were written. */
  readonly text: string;
}

/** In UTF-16 units. A file name is no longer, and comparing bigints without a bound would take quadratic time. */
const maxVersionLength = 255;

const shape =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?(\d*))?(?:-(\d+)|[._-]?(post|rev|r)[._-]?(\d*))?(?:[._-]?(dev)[._-]?(\d*))?(?:\+([a-z\d]+(?:[._-][a-z\d]+)*))?\s*$/i;

const letters = new Map<string, 'a' | 'b' | 'rc'>([
  ['a', 'a'],
  ['alpha', 'a'],
  ['b', 'b'],
  ['beta', 'b'],
  ['c', 'rc'],
  ['rc', 'rc'],
  ['pre', 'rc'],
  ['preview', 'rc'],
]);

/** Reads a version in any spelling that PEP 440 lets pass (`v1.0-Alpha.1`, `4.0-b3`, `1.0-1`), or null. */
export function parsePep440Version(text: string): Pep440Version | null {
  const found = text.length > maxVersionLength ? null : shape.exec(text);
  if (found === null) return null;
  const [, epoch = '0', release = '', word, preNumber, dashed, postWord, postNumber, devWord, devNumber, local] = found;
  const letter = letters.get(word?.toLowerCase() ?? '');
  return pep440Version({
    epoch: BigInt(epoch),
    release: release.split('.').map(BigInt),
    pre: letter === undefined ? null : { letter, number: BigInt(preNumber ?? 0) },
    post: dashed === undefined ? numberAfter(postWord, postNumber) : BigInt(dashed),
    dev: numberAfter(devWord, devNumber),
    local: local?.toLowerCase().split(/[._-]/).map(withoutZeros) ?? [],
  });
}

/** A word without its number has 0: `1.0.dev` is `1.0.dev0`. */
const numberAfter = (word: string | undefined, digits = ''): bigint | null =>
  word === undefined ? null : BigInt(digits);

const withoutZeros = (part: string): string => (/^\d+$/.test(part) ? `${BigInt(part)}` : part);

/** Gives parts their canonical spelling. */
export function pep440Version(parts: Pep440Parts): Pep440Version {
  const { epoch, release, pre, post, dev, local } = parts;
  const words = [
    epoch === 0n ? '' : `${epoch}!`,
    release.join('.'),
    pre === null ? '' : `${pre.letter}${pre.number}`,
    post === null ? '' : `.post${post}`,
    dev === null ? '' : `.dev${dev}`,
    local.length === 0 ? '' : `+${local.join('.')}`,
  ];
  return { ...parts, text: words.join('') };
}

/** Alphas, betas, candidates and development releases: what PEP 440 keeps back unless it is asked for. */
export const isPrerelease = ({ pre, dev }: Pep440Parts): boolean => pre !== null || dev !== null;
