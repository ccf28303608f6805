import type { PythonToken } from './python-tokens.ts';

/** A text, or a list or tuple of literals. */
export type PythonLiteral = string | readonly PythonLiteral[];

/** Nothing real is deeper than a list of tuples of lists. */
const maxDepth = 4;

interface Parsed {
  readonly value: PythonLiteral;
  readonly next: number;
}

/** The value that an expression has whatever is run before it, or null when that takes more than reading. */
export function literalValue(tokens: readonly PythonToken[]): PythonLiteral | null {
  const parsed = parseLiteral(tokens, 0, maxDepth);
  return parsed?.next === tokens.length ? parsed.value : null;
}

function parseLiteral(tokens: readonly PythonToken[], at: number, depth: number): Parsed | null {
  const opening = tokens[at]?.text;
  if (opening === '[') return parseItems(tokens, at + 1, { close: ']', depth });
  return opening === '(' ? parseItems(tokens, at + 1, { close: ')', depth }) : parseStrings(tokens, at);
}

function parseItems(
  tokens: readonly PythonToken[],
  at: number,
  { close, depth }: { close: ']' | ')'; depth: number },
): Parsed | null {
  const items: PythonLiteral[] = [];
  let next = at;
  let separated = true;
  while (tokens[next]?.text !== close) {
    const item: Parsed | null = separated && depth > 0 ? parseLiteral(tokens, next, depth - 1) : null;
    if (item === null) return null;
    items.push(item.value);
    separated = tokens[item.next]?.text === ',';
    next = item.next + Number(separated);
  }
  // One value in parentheses without a comma is no tuple.
  const grouped = close === ')' && items.length === 1 && !separated;
  return grouped ? null : { value: items, next: next + 1 };
}

/** Strings that stand beside each other are one. */
function parseStrings(tokens: readonly PythonToken[], at: number): Parsed | null {
  let text = '';
  let next = at;
  for (let token = tokens[next]; token?.kind === 'string'; token = tokens[++next]) {
    if (token.value === null) return null;
    text += token.value;
  }
  return next === at ? null : { value: text, next };
}
