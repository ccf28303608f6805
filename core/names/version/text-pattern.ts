/** CEP 26: no version or build string is longer. */
const maxSubjectLength = 64;

const exact = /^[\w.+!-]*$/;
const glob = /^[\w.+!*-]*$/;
/**
 * This subset JavaScript and Rust read alike: literals, classes, `\d \w \. \+`, groups, `|`, and `* + ?` on single
 * characters only.
 */
const regex = /^\^(?:(?:[\w.-]|\\[.+dw]|\[\^?[\w.+-]+\])[*+?]?|[()|])*\$$/;
/** With so few choices, backtracking over 64 characters stays below a millisecond; patterns come from upstream too. */
const maxChoices = 3;

/**
 * Makes a matcher of a string expression of CEP 29: a regular expression when in `^...$`, a glob when it holds `*`,
 * else the text itself; null when it is none of these. Unlike the CEP, and like conda's and rattler's build strings,
 * case counts.
 */
export function textPattern(pattern: string): ((subject: string) => boolean) | null {
  if (exact.test(pattern)) return (subject) => subject === pattern;
  if (glob.test(pattern)) return (subject) => globMatches(pattern.split('*'), subject);
  const choices = pattern.match(/[*+?|]/g)?.length ?? 0;
  const compiled = regex.test(pattern) && choices <= maxChoices ? compile(pattern) : null;
  return compiled && ((subject) => subject.length <= maxSubjectLength && compiled.test(subject));
}

function compile(source: string): RegExp | null {
  try {
    return new RegExp(source);
  } catch {
    return null;
  }
}

/** Takes each literal at its first chance, which finds a match whenever there is one. */
function globMatches([first = '', ...rest]: readonly string[], subject: string): boolean {
  const last = rest.pop() ?? '';
  if (!subject.startsWith(first) || !subject.endsWith(last)) return false;
  let at = first.length;
  for (const literal of rest) {
    const found = subject.indexOf(literal, at);
    if (found === -1) return false;
    at = found + literal.length;
  }
  return at <= subject.length - last.length;
}
