import { refuse } from '../archive/finding.ts';

/** A piece of Python source; comments and white space are none. */
export type PythonToken =
  | { readonly kind: 'name' | 'operator' | 'other'; readonly text: string }
  /** `value` is null where it takes more than reading to know it: escapes, f-strings, bytes. */
  | { readonly kind: 'string'; readonly text: string; readonly value: string | null };

const blank = /(?:[ \t\r\n\f\ufeff]|\\\r?\n|#[^\r\n]*)+/y;
const stringStart = /([A-Za-z]{0,2})("""|'''|"|')/y;
const name = /[\p{L}_][\p{L}\p{N}_]*/uy;
const operator = /\*\*|==|[-+*/%@&|^~<>=!:;.,()[\]{}]/y;

/** Real ones have some thousand. Each takes 70 bytes of memory, and is copied for each call of `setup()`. */
const maxTokens = 500_000;

/**
 * Takes Python source apart as far as it takes to know what is a string, a comment or a name, so that it can be searched
 * without being run (the Python language reference, "Lexical analysis").
 *
 * @throws GatehouseError `package.refused` with `sdist.setup-py` where a string does not end, or for more than 500,000 tokens
 */
export function pythonTokens(source: string): PythonToken[] {
  const tokens: PythonToken[] = [];
  for (let at = 0; at < source.length; ) {
    const token = nextToken(source, at);
    if (typeof token === 'number') at = token;
    else {
      if (tokens.length === maxTokens) refuse('sdist.setup-py', `setup.py has more than ${maxTokens} tokens`);
      tokens.push(token);
      at += token.text.length;
    }
  }
  return tokens;
}

/** The token that starts there, or where to look when none does. */
function nextToken(source: string, at: number): PythonToken | number {
  const skipped = match(blank, source, at);
  if (skipped !== null) return at + skipped[0].length;
  const opening = match(stringStart, source, at);
  if (opening !== null) return stringToken(source, at, opening);
  const word = match(name, source, at);
  if (word !== null) return { kind: 'name', text: word[0] };
  const sign = match(operator, source, at);
  if (sign !== null) return { kind: 'operator', text: sign[0] };
  return { kind: 'other', text: source.slice(at, at + 1) };
}

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

function stringToken(source: string, at: number, [opening, prefix = '', quote = '']: RegExpExecArray): PythonToken {
  const start = at + opening.length;
  const end = stringEnd(source, start, quote);
  const body = source.slice(start, end);
  const plain = /^[ur]?$/i.test(prefix) && !body.includes('\\');
  return { kind: 'string', text: source.slice(at, end + quote.length), value: plain ? body : null };
}

/** Where the closing quote starts: a backslash keeps what follows it from being one, in raw strings too. */
function stringEnd(source: string, start: number, quote: string): number {
  const stop = new RegExp(`\\\\(?:\\r\\n|[^])|${quote}${quote.length === 1 ? '|\\n' : ''}`, 'g');
  stop.lastIndex = start;
  let found = stop.exec(source);
  while (found?.[0].startsWith('\\')) found = stop.exec(source);
  return found?.[0] === quote ? found.index : refuse('sdist.setup-py', 'a string in setup.py has no end');
}
