/** A stretch of a text: offsets in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is wrong, and what to do about it, in words. */
export interface Wording {
  readonly message: string;
  readonly hint?: string;
}

/** What is wrong with a JSON text, and where. */
export interface JsonFault extends Span, Wording {}

export const aValue = 'a value';
export const aKey = 'a key in double quotes';

/**
 * Words for the first place at which a text is not JSON.
 *
 * @param what should stand there: `a value`, `a comma or ]`, ...
 */
export function syntaxFault(text: string, at: number, what: string): JsonFault {
  const found = text[at];
  if ((what === aValue && found === ']') || (what === aKey && found === '}')) {
    const comma = text.slice(0, at).trimEnd().length - 1;
    if (text[comma] === ',') {
      return { start: comma, end: comma + 1, message: `a comma before ${found}`, hint: 'remove it' };
    }
  }
  if (found === '"' && (what === aValue || what === aKey)) return stringFault(text, at);
  return what === aValue ? scalarFault(text, at) : unexpected(text, at, what);
}

/** A string runs from its opening quote to the first thing that no string may hold (RFC 8259, section 7). */
function stringFault(text: string, start: number): JsonFault {
  const line = text.slice(start).match(/^[^\r\n]*/)?.[0] ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters a string may not hold as they are
  const parts = line.matchAll(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|[\\\u0000-\u001f]/g);
  const bad = parts.find(([part]) => part.length === 1);
  if (bad === undefined) {
    const hint = 'end it with a double quote';
    return { start, end: start + line.length, message: 'this string does not end on its line', hint };
  }
  const at = start + bad.index;
  if (bad[0] === '\\') {
    const end = Math.min(at + 2, text.length);
    const message = `${JSON.stringify(text.slice(at, end))} is not an escape JSON knows`;
    return { start: at, end, message, hint: 'write a backslash as \\\\' };
  }
  const code = text.charCodeAt(at).toString(16).padStart(4, '0');
  const message = `a string cannot hold the control character U+${code.toUpperCase()} as it is`;
  return { start: at, end: at + 1, message, hint: `write \\u${code}` };
}

/** Where a value should start and no string, list or object does: a number written in another way, or a bare word. */
function scalarFault(text: string, start: number): JsonFault {
  const run = /[\w.+-]*/y;
  run.lastIndex = start;
  const [word = ''] = run.exec(text) ?? [];
  if (!/^[-+.]?[0-9]/.test(word)) return unexpected(text, start, aValue);
  const message = `${JSON.stringify(word.slice(0, 40))} is not a number as JSON writes them`;
  return { start, end: start + word.length, message, hint: 'write it like 3, -3, 0.5 or 3e5, or quote it' };
}

const quoteHint = 'text stands in double quotes: "';
const hints: Readonly<Record<string, string>> = {
  "'": quoteHint,
  '\u2018': quoteHint,
  '\u2019': quoteHint,
  '\u201c': quoteHint,
  '\u201d': quoteHint,
  '`': quoteHint,
  '/': 'JSON has no comments: use "reason" in an entry',
  '#': 'JSON has no comments: use "reason" in an entry',
  ',': 'remove the comma, or write what is missing before it',
  '\u00a0': 'this is a no-break space: type a plain one',
  '\ufeff': 'this is a byte order mark inside the file: delete it',
};

function unexpected(text: string, at: number, what: string): JsonFault {
  if (at >= text.length) return { start: at, end: at, message: `the file ends where ${what} should be` };
  const [found = ''] = /^(?:[\w.+-]{1,40}|.)/su.exec(text.slice(at, at + 40)) ?? [];
  const hint = hints[found] ?? (/^\w/.test(found) ? wordHint(found) : undefined);
  const message = `found ${JSON.stringify(found)} where ${what} should be`;
  return { start: at, end: at + found.length, message, ...(hint === undefined ? {} : { hint }) };
}

function wordHint(word: string): string {
  const literal = word.toLowerCase();
  if (['true', 'false', 'null'].includes(literal) && literal !== word) return `write ${literal}`;
  return literal === 'none' ? 'write null' : quoteHint;
}
