import { operators, type VersionSpec, type VersionTerm, versionTerm } from './version-term.ts';

/** The place where a spec stops making sense: `at` counts from 0 in UTF-16 units; `message` is a sentence fragment. */
export interface SpecFault {
  readonly ok: false;
  readonly at: number;
  readonly message: string;
  readonly hint?: string;
}

/** A version expression found at the start of what was scanned; `end` is where its last word ends. */
type Scanned = { readonly ok: true; readonly term: VersionTerm; readonly end: number } | SpecFault;

/** rattler reads nested parentheses by recursion: some thousands overflow its stack and end the process. */
const maxNestedParentheses = 16;

/** Reads the longest version expression from `at` on; white space around operators and separators does not count. */
export function scanVersionSpec(text: string, at: number): Scanned {
  return scanAlternatives({ text, at, depth: 0 });
}

/**
 * Parses CEP 29's version expressions: `1.2` and `==1.2` are exact, `=1.2`, `1.2.*` and `1.2*` take all below 1.2,
 * `!= < <= > >= ~=` compare; `,` is and, `|` is or and binds less, parentheses group. Null when it is none.
 */
export function parseVersionSpec(text: string): VersionSpec | null {
  const scanned = scanVersionSpec(text, 0);
  if (!scanned.ok || text.slice(scanned.end).trim() !== '') return null;
  return { text, term: scanned.term };
}

interface Place {
  readonly text: string;
  readonly at: number;
  readonly depth: number;
}

const scanAlternatives = (place: Place): Scanned => scanList(place, '|', scanConditions);
const scanConditions = (place: Place): Scanned => scanList(place, ',', scanTerm);

function scanList(place: Place, separator: ',' | '|', scanPart: (place: Place) => Scanned): Scanned {
  const terms: VersionTerm[] = [];
  for (let at = place.at; ; ) {
    const part = scanPart({ ...place, at });
    if (!part.ok) return part;
    terms.push(...(part.term.op === separator ? part.term.terms : [part.term]));
    const next = skipSpace(place.text, part.end);
    if (place.text[next] !== separator) {
      return { ...part, term: terms.length === 1 ? part.term : { op: separator, terms } };
    }
    at = next + 1;
  }
}

function scanTerm({ text, at, depth }: Place): Scanned {
  const start = skipSpace(text, at);
  if (text[start] !== '(') return scanComparison(text, start);
  if (depth === maxNestedParentheses)
    return { ok: false, at: start, message: `more than ${maxNestedParentheses} parentheses are nested` };
  const inner = scanAlternatives({ text, at: start + 1, depth: depth + 1 });
  if (!inner.ok) return inner;
  const close = skipSpace(text, inner.end);
  if (text[close] !== ')') return { ok: false, at: start, message: 'the parenthesis "(" is not closed' };
  return { ...inner, end: close + 1 };
}

const comparison = /([=<>!~]*)\s*(\^[^$\s]*\$|[\w.!*+-]*)/y;
const meant: Readonly<Record<string, string>> = {
  '=>': '>=',
  '=<': '<=',
  '<>': '!=',
  '===': '==',
  '!': '!=',
  '~': '~=',
};

function scanComparison(text: string, start: number): Scanned {
  comparison.lastIndex = start;
  const [whole = '', operator = '', word = ''] = comparison.exec(text) ?? [];
  const end = start + whole.length;
  if (!operators.has(operator)) {
    const hint = meant[operator] === undefined ? {} : { hint: `did you mean "${meant[operator]}"?` };
    return { ok: false, at: start, message: `"${operator}" is not a version operator`, ...hint };
  }
  if (word === '') return missing(text, start, end);
  const term = versionTerm(operator, word);
  const wrong = operator !== '' && word === '*' ? `"${operator}*" means nothing` : `"${word}" is not a version`;
  return term ? { ok: true, term, end } : { ok: false, at: end - word.length, message: wrong };
}

/** Something other than a version stands where one must: say after what, and help with `= =1`. */
function missing(text: string, start: number, end: number): SpecFault {
  const before = text.slice(0, end).trimEnd().at(-1) ?? '';
  const split = end > start && /[=<>!~]/.test(text[end] ?? '');
  const message = /[=<>!~,|(]/.test(before) ? `a version is missing after "${before}"` : 'a version is missing';
  return { ok: false, at: end, message, ...(split ? { hint: 'an operator is written without spaces in it' } : {}) };
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (/\s/.test(text[next] ?? '')) next++;
  return next;
}
