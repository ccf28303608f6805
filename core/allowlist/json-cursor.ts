/** A stretch of a text: offsets in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a JSON text, and where. */
export interface JsonFault extends Span {
  readonly message: string;
  readonly hint?: string;
}

/** A place in a text being read, and the faults met on the way. */
export interface JsonCursor {
  readonly text: string;
  at: number;
  /** How many values have begun so far. */
  values: number;
  readonly faults: JsonFault[];
}

/** Notes the fault that ends the reading; null so that a reader can return it. */
export function fail(cursor: JsonCursor, fault: JsonFault): null {
  cursor.faults.push(fault);
  return null;
}

/** Moves past the four characters that are white space in JSON (RFC 8259, section 2). */
export function skipSpace(cursor: JsonCursor): void {
  while (' \t\n\r'.includes(cursor.text[cursor.at] ?? 'end')) cursor.at++;
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

/** Fails at the cursor, where `wanted` should have stood; the hint goes by what stands there instead. */
export function unexpected(cursor: JsonCursor, wanted: string): null {
  const { text, at } = cursor;
  if (at >= text.length)
    return fail(cursor, { start: at, end: at, message: `the file ends where ${wanted} should be` });
  const [found = ''] = /^(?:[\w.+-]{1,40}|.)/su.exec(text.slice(at, at + 40)) ?? [];
  const hint = hints[found] ?? (/^\w/.test(found) ? wordHint(found) : undefined);
  const message = `found ${JSON.stringify(found)} where ${wanted} should be`;
  return fail(cursor, { start: at, end: at + found.length, message, ...(hint === undefined ? {} : { hint }) });
}

function wordHint(word: string): string {
  const literal = word.toLowerCase();
  if (['true', 'false', 'null'].includes(literal) && literal !== word) return `write ${literal}`;
  return literal === 'none' ? 'write null' : quoteHint;
}
