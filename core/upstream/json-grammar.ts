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

const space = ' \t\n\r';
const digits = '0123456789';
const hexDigits = `${digits}abcdefABCDEF`;

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
  const on = (from: number, bytes: string, to: number) => {
    for (const byte of bytes) table[(from << 8) | byte.charCodeAt(0)] = to;
  };
  for (const state of [states.root, states.done, states.value, states.firstItem, states.firstKey, states.nextKey]) {
    on(state, space, state);
  }
  on(states.root, '{', states.openObject);
  on(states.firstKey, '"', states.openKey);
  on(states.firstKey, '}', states.closeObject);
  on(states.nextKey, '"', states.openKey);
  on(states.colon, space, states.colon);
  on(states.colon, ':', states.value);
  on(states.firstItem, ']', states.closeArray);
  for (const state of [states.value, states.firstItem]) addValueStarts(state, on);
  const { after, zero, integer, fraction, exponentDigits } = states;
  for (const state of [after, zero, integer, fraction, exponentDigits]) addValueEnds(state, on);
  addNumbers(on);
  addStrings(table, on);
  return table;
}

type On = (from: number, bytes: string, to: number) => void;

function addValueStarts(state: number, on: On): void {
  on(state, '"', states.inText);
  on(state, '{', states.openObject);
  on(state, '[', states.openArray);
  on(state, '-', states.minus);
  on(state, '0', states.zero);
  on(state, digits.slice(1), states.integer);
  let free: number = states.literals;
  for (const [first = '', ...rest] of ['true', 'false', 'null']) {
    on(state, first, free);
    for (const letter of rest) on(free, letter, ++free);
    // The last letter's state is the one after a value.
    on(free - 1, rest.at(-1) ?? '', states.after);
  }
}

function addValueEnds(state: number, on: On): void {
  on(state, space, states.after);
  on(state, ',', states.comma);
  on(state, '}', states.closeObject);
  on(state, ']', states.closeArray);
}

function addNumbers(on: On): void {
  on(states.minus, '0', states.zero);
  on(states.minus, digits.slice(1), states.integer);
  on(states.integer, digits, states.integer);
  for (const state of [states.zero, states.integer]) on(state, '.', states.point);
  on(states.point, digits, states.fraction);
  on(states.fraction, digits, states.fraction);
  for (const state of [states.zero, states.integer, states.fraction]) on(state, 'eE', states.exponent);
  on(states.exponent, '+-', states.exponentSign);
  for (const state of [states.exponent, states.exponentSign, states.exponentDigits]) {
    on(state, digits, states.exponentDigits);
  }
}

function addStrings(table: Uint8Array, on: On): void {
  const kinds = [
    { inside: states.inText, escaped: states.textEscape, end: states.after },
    { inside: states.inKey, escaped: states.keyEscape, end: states.endKey },
  ];
  for (const { inside, escaped, end } of kinds) {
    table.fill(inside, (inside << 8) + 0x20, (inside + 1) << 8);
    on(inside, '"', end);
    on(inside, '\\', escaped);
    on(escaped, '"\\/bfnrt', inside);
    on(escaped, 'u', escaped + 1);
    for (const digit of [1, 2, 3]) on(escaped + digit, hexDigits, escaped + digit + 1);
    on(escaped + 4, hexDigits, inside);
  }
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
