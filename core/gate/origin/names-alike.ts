import { normalProjectName } from '../../names/normal-project-name.ts';
import { rememberTexts } from '../../names/remember-texts.ts';

/** Below so many characters, any two names are a slip apart. */
const minSlipLength = 5;

/**
 * How one name could be taken for another; null when it is that very name, or not alike. PEP 503 has `a_b` and `a-b` for one name,
 * conda for two.
 */
export function alikeness(name: string, known: string): string | null {
  const [a, b] = [spellingsOf(name), spellingsOf(known)];
  if (a.lower === b.lower) return null;
  if (a.normal === b.normal) return 'other separators';
  if (a.joined === b.joined) return 'separators apart';
  if (a.skeleton === b.skeleton) return 'characters that look alike';
  const isLong = Math.min(a.lower.length, b.lower.length) >= minSlipLength;
  return isLong && isOneSlip(a.lower, b.lower) ? 'one slip apart' : null;
}

/** Each name is compared with all that are known: what of it is compared is worked out once. */
const spellingsOf = rememberTexts((name: string) => {
  const lower = name.toLowerCase();
  const joined = lower.replace(/[._-]+/g, '');
  return { lower, normal: normalProjectName(lower), joined, skeleton: skeleton(lower) };
});

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
