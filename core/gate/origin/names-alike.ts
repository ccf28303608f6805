import { normalProjectName } from '../../names/normal-project-name.ts';

/** Below so many characters, any two names are a slip apart. */
const minSlipLength = 5;

/**
 * How one name could be taken for another; null when it is that very name, or not alike. PEP 503 has `a_b` and `a-b` for one name,
 * conda for two.
 */
export function alikeness(name: string, known: string): string | null {
  const [a, b] = [name.toLowerCase(), known.toLowerCase()];
  if (a === b) return null;
  if (normalProjectName(a) === normalProjectName(b)) return 'other separators';
  if (withoutSeparators(a) === withoutSeparators(b)) return 'separators apart';
  if (skeleton(a) === skeleton(b)) return 'characters that look alike';
  const isLong = Math.min(a.length, b.length) >= minSlipLength;
  return isLong && isOneSlip(a, b) ? 'one slip apart' : null;
}

const withoutSeparators = (name: string): string => name.replace(/[._-]+/g, '');

/** Of the confusables of Unicode (UTS 39) those of names that conda and PyPI take, which are ASCII. */
const confusables: readonly (readonly [RegExp, string])[] = [
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/cl/g, 'd'],
  [/[1i|]/g, 'l'],
  [/0/g, 'o'],
  [/5/g, 's'],
];

const skeleton = (name: string): string =>
  confusables.reduce((text, [pattern, plain]) => text.replace(pattern, plain), name);

/** One character too many, too few or another, or two changed places: up to a common start and end, nothing else differs. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  const [x, y] = [a.slice(start), b.slice(start)];
  const isSwap = x.length === y.length && x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2);
  return isSwap || x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1);
}
