import { fail, type JsonCursor } from './json-cursor.ts';

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Reads the string whose opening quote the cursor is at (RFC 8259, section 7); null after a fault. */
export function readJsonString(cursor: JsonCursor): string | null {
  const start = cursor.at++;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters a string may not hold as they are
  const plain = /[^"\\\u0000-\u001f]*/y;
  let value = '';
  for (;;) {
    plain.lastIndex = cursor.at;
    const [run = ''] = plain.exec(cursor.text) ?? [];
    value += run;
    cursor.at += run.length;
    const stop = cursor.text[cursor.at];
    if (stop === '"') {
      cursor.at++;
      return value;
    }
    const unescaped = stop === '\\' ? readEscape(cursor) : refuseRaw(cursor, start);
    if (unescaped === null) return null;
    value += unescaped;
  }
}

function readEscape(cursor: JsonCursor): string | null {
  const { text, at } = cursor;
  const letter = text[at + 1] ?? '';
  const [hex] = letter === 'u' ? (/^[0-9a-fA-F]{4}/.exec(text.slice(at + 2, at + 6)) ?? []) : [];
  const unescaped = hex === undefined ? escapes[letter] : String.fromCharCode(Number.parseInt(hex, 16));
  if (unescaped === undefined) {
    const end = Math.min(at + 2, text.length);
    const message = `${JSON.stringify(text.slice(at, end))} is not an escape JSON knows`;
    return fail(cursor, { start: at, end, message, hint: 'write a backslash as \\\\' });
  }
  cursor.at += hex === undefined ? 2 : 6;
  return unescaped;
}

/** The run of plain characters ended at a control character or at the end of the file. */
function refuseRaw(cursor: JsonCursor, start: number): null {
  const { text, at } = cursor;
  const found = text[at];
  if (found === undefined || found === '\n' || found === '\r') {
    const hint = 'end it with a double quote';
    return fail(cursor, { start, end: at, message: 'this string does not end on its line', hint });
  }
  const code = found.charCodeAt(0).toString(16).padStart(4, '0');
  const message = `a string cannot hold the control character U+${code.toUpperCase()} as it is`;
  return fail(cursor, { start: at, end: at + 1, message, hint: `write \\u${code}` });
}

/**
 * Where in the text the `index`-th UTF-16 unit of a string's value stands, counting from the string's opening quote at
 * `start`: one unit may be written as two or six.
 */
export function offsetInString(text: string, start: number, index: number): number {
  let offset = start + 1;
  for (let unit = 0; unit < index; unit++) {
    if (text[offset] !== '\\') offset += 1;
    else offset += text[offset + 1] === 'u' ? 6 : 2;
  }
  return offset;
}
