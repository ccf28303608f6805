/** A JSON reader's states, its root an object; a state above `inKey` asks the reader to act. */
export const states = {
  root: 1,
  done: 2,
  value: 3,
  firstItem: 4,
  firstKey: 5,
  nextKey: 6,
  colon: 7,
  after: 8,
  minus: 9,
  zero: 10,
  integer: 11,
  point: 12,
  fraction: 13,
  exponent: 14,
  exponentSign: 15,
  exponentDigits: 16,
  textEscape: 17,
  keyEscape: 22,
  literals: 27,
  inText: 40,
  inKey: 41,
  openKey: 42,
  endKey: 43,
  comma: 44,
  openObject: 45,
  openArray: 46,
  closeObject: 47,
  closeArray: 48,
  error: 63,
} as const;

const { firstItem, value, after, zero, integer, point, fraction, exponent, exponentSign, exponentDigits } = states;
const beforeValue = [value, firstItem];
const behindValue = [after, zero, integer, fraction, exponentDigits];
const digits = '0123456789';
const hexDigits = `${digits}abcdefABCDEF`;

/** Where a byte of the text leads; white space, literals and the insides of strings are added to it. */
const moves: readonly (readonly [from: readonly number[], bytes: string, to: number])[] = [
  [[states.root, ...beforeValue], '{', states.openObject],
  [[states.firstKey, states.nextKey], '"', states.openKey],
  [[states.colon], ':', value],
  [beforeValue, '"', states.inText],
  [beforeValue, '[', states.openArray],
  [behindValue, ' \t\n\r', after],
  [behindValue, ',', states.comma],
  [[states.firstKey, ...behindValue], '}', states.closeObject],
  [[firstItem, ...behindValue], ']', states.closeArray],
  [beforeValue, '-', states.minus],
  [[states.minus, ...beforeValue], '0', zero],
  [[states.minus, ...beforeValue], digits.slice(1), integer],
  [[integer], digits, integer],
  [[zero, integer], '.', point],
  [[point, fraction], digits, fraction],
  [[zero, integer, fraction], 'eE', exponent],
  [[exponent], '+-', exponentSign],
  [[exponent, exponentSign, exponentDigits], digits, exponentDigits],
];

/** `grammar[state << 8 | byte]` is the next state, RFC 8259 byte by byte; `error` where no JSON goes on. */
export const grammar: Uint8Array = buildGrammar();

/** Inside an object or a list whose keys and members nobody asks for, only brackets need acting on. */
export const objectGrammar = quiet(states.nextKey);
export const listGrammar = quiet(states.value);

function quiet(afterComma: number): Uint8Array {
  const instead = new Map<number, number>([
    [states.openKey, states.inKey],
    [states.endKey, states.colon],
    [states.comma, afterComma],
  ]);
  return grammar.map((next) => instead.get(next) ?? next);
}

function buildGrammar(): Uint8Array {
  const table = new Uint8Array(64 << 8).fill(states.error);
  for (const [from, bytes, to] of moves) lead(table, from, bytes, to);
  for (const state of [states.root, states.done, ...beforeValue, states.firstKey, states.nextKey, states.colon]) {
    lead(table, [state], ' \t\n\r', state);
  }
  let free: number = states.literals;
  for (const [first = '', ...rest] of ['true', 'false', 'null']) {
    lead(table, beforeValue, first, free);
    for (const letter of rest) lead(table, [free], letter, ++free);
    // The last letter's state is the one after a value.
    lead(table, [free - 1], rest.at(-1) ?? '', after);
  }
  const kinds = [
    { inside: states.inText, escaped: states.textEscape, end: after },
    { inside: states.inKey, escaped: states.keyEscape, end: states.endKey },
  ];
  for (const { inside, escaped, end } of kinds) {
    table.fill(inside, (inside << 8) + 0x20, (inside + 1) << 8);
    lead(table, [inside], '"', end);
    lead(table, [inside], '\\', escaped);
    lead(table, [escaped], '"\\/bfnrt', inside);
    lead(table, [escaped], 'u', escaped + 1);
    for (const digit of [1, 2, 3]) lead(table, [escaped + digit], hexDigits, escaped + digit + 1);
    lead(table, [escaped + 4], hexDigits, inside);
  }
  return table;
}

function lead(table: Uint8Array, from: readonly number[], bytes: string, to: number): void {
  for (const state of from) for (const byte of bytes) table[(state << 8) | byte.charCodeAt(0)] = to;
}

/** A scan's place within its slice; the state is the one before the byte at `at`. */
export interface Cursor {
  at: number;
  state: number;
}

const { inText, inKey } = states;
const quote = 0x22;
const backslash = 0x5c;
const lowestPlain = 0x20;

/**
 * Moves the cursor to the next byte that needs acting on and returns what it asks for; or moves it to the slice's end.
 * Most of a repodata is inside strings, where the inner loop needs no table.
 */
export function advance(steps: Uint8Array, chunk: Uint8Array, cursor: Cursor): number {
  const end = chunk.length;
  let { at, state } = cursor;
  let next = state;
  while (at < end) {
    next = steps[(state << 8) | (chunk[at] ?? 0)] ?? 0;
    if (next > inKey) break;
    state = next;
    at++;
    if (next < inText) continue;
    while (at < end && isPlain(chunk[at])) at++;
  }
  cursor.at = at;
  cursor.state = state;
  return next;
}

const isPlain = (byte = quote): boolean => byte >= lowestPlain && byte !== quote && byte !== backslash;
