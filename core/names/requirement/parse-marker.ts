import { type Marker, type MarkerNode, markerVariables } from './marker.ts';

/** A marker, or why it is none, as a sentence fragment. */
export type MarkerResult = { readonly ok: true; readonly marker: Marker } | Refusal;

interface Refusal {
  readonly ok: false;
  readonly message: string;
}

/** No real marker nests ten; each level takes stack. */
const maxNestedParentheses = 50;

/** Reads an environment marker. A variable that PEP 508 does not know makes it none. */
export function parseMarker(text: string): MarkerResult {
  const tokens = tokensOf(text);
  if (tokens === null) return fault(`"${text.trim()}" is not a marker`);
  const read = readAlternatives({ tokens, at: 0, depth: 0 });
  if (!read.ok) return read;
  const rest = tokens[read.next];
  return rest === undefined ? { ok: true, marker: { text: text.trim(), node: read.node } } : unexpected(rest);
}

const fault = (message: string): Refusal => ({ ok: false, message });

const unexpected = (token: Token | undefined): Refusal =>
  fault(token === undefined ? 'the marker ends too soon' : `"${token.text}" is not expected in the marker`);

interface Token {
  readonly kind: 'parenthesis' | 'operator' | 'word' | 'string';
  readonly text: string;
}

const tokenShape =
  /[ \t]*(?:(?<parenthesis>[()])|(?<operator>===|[=~!<>]=|[<>]|not[ \t]+in\b|in\b)|(?<word>[A-Za-z_][\w.]*)|'(?<single>[^'\\]*)'|"(?<double>[^"\\]*)")[ \t]*/y;

/**
 * Cuts a marker into its tokens; `not in` is one. Null where something stands that is no part of a marker: strings have no
 * backslashes (PEP 508's `python_str`).
 */
function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at = tokenShape.lastIndex) {
    tokenShape.lastIndex = at;
    const groups = tokenShape.exec(text)?.groups;
    if (groups === undefined) return null;
    tokens.push(tokenOf(groups));
  }
  return tokens;
}

function tokenOf({ parenthesis, operator, word, single, double }: Readonly<Record<string, string | undefined>>): Token {
  if (parenthesis !== undefined) return { kind: 'parenthesis', text: parenthesis };
  if (operator !== undefined) return { kind: 'operator', text: operator.replace(/[ \t]+/, ' ') };
  return word !== undefined ? { kind: 'word', text: word } : { kind: 'string', text: single ?? double ?? '' };
}

interface Place {
  readonly tokens: readonly Token[];
  readonly at: number;
  readonly depth: number;
}

/** A part of a marker, and where the next token is. */
type Read = { readonly ok: true; readonly node: MarkerNode; readonly next: number } | Refusal;

const readAlternatives = (place: Place): Read => readList(place, 'or', readConditions);
const readConditions = (place: Place): Read => readList(place, 'and', readAtom);

function readList(place: Place, op: 'and' | 'or', readPart: (place: Place) => Read): Read {
  const parts: MarkerNode[] = [];
  for (let at = place.at; ; ) {
    const part = readPart({ ...place, at });
    if (!part.ok) return part;
    parts.push(part.node);
    if (!isWord(place.tokens[part.next], op)) return { ...part, node: parts.length === 1 ? part.node : { op, parts } };
    at = part.next + 1;
  }
}

const isWord = (token: Token | undefined, text: string): boolean => token?.kind === 'word' && token.text === text;
const isParenthesis = (token: Token | undefined, text: '(' | ')'): boolean =>
  token?.kind === 'parenthesis' && token.text === text;

function readAtom({ tokens, at, depth }: Place): Read {
  if (!isParenthesis(tokens[at], '(')) return readComparison(tokens, at);
  if (depth === maxNestedParentheses) return fault(`more than ${maxNestedParentheses} parentheses are nested`);
  const inner = readAlternatives({ tokens, at: at + 1, depth: depth + 1 });
  if (!inner.ok) return inner;
  return isParenthesis(tokens[inner.next], ')') ? { ...inner, next: inner.next + 1 } : unexpected(tokens[inner.next]);
}

/** One side must be a variable, the other a string: `packaging` looks up the one and takes the other as it stands. */
function readComparison(tokens: readonly Token[], at: number): Read {
  const [left, sign, right] = tokens.slice(at, at + 3);
  if (sign?.kind !== 'operator') return unexpected(left?.kind === 'operator' ? left : sign);
  const [word, string] = left?.kind === 'word' ? [left, right] : [right, left];
  if (word?.kind !== 'word' || string?.kind !== 'string') return unexpected(right);
  const variable = markerVariables.get(word.text);
  if (variable === undefined) return fault(`"${word.text}" is not a variable of markers (PEP 508)`);
  const comparison = { op: 'compare', variable, operator: sign.text, value: string.text } as const;
  return { ok: true, node: { ...comparison, reversed: left === string }, next: at + 3 };
}
