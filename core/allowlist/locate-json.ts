import { fail, type JsonCursor, type JsonFault, type Span, skipSpace, unexpected } from './json-cursor.ts';
import { readJsonString } from './read-json-string.ts';

/** A JSON value and where it stands; the members and items of the value hang below it with their own places. */
export interface JsonNode extends Span {
  readonly value: unknown;
  readonly members: ReadonlyMap<string, JsonMember>;
  readonly items: readonly JsonNode[];
}

interface JsonMember {
  readonly key: Span;
  readonly node: JsonNode;
}

export interface LocatedJson {
  /** Null when the text is not JSON: then the last fault says where the reading ended. */
  readonly root: JsonNode | null;
  /** Empty for a sound document. Repeated keys and `__proto__` are faults that do not end the reading. */
  readonly faults: readonly JsonFault[];
}

const deepest = 64;
/** Some 20 000 detailed entries; a mebibyte of `3,` takes 1.5 GB to complain about otherwise. */
const mostValues = 100_000;
const noMembers: ReadonlyMap<string, JsonMember> = new Map();
const noItems: readonly JsonNode[] = [];

/**
 * Reads JSON (RFC 8259) as `JSON.parse` does, and keeps where everything stands. Stricter in two ways: at most 64
 * levels and 100 000 values, and keys on which readers disagree (a repeated key, `__proto__`) are faults.
 */
export function locateJson(text: string): LocatedJson {
  const cursor: JsonCursor = { text, at: 0, values: 0, faults: [] };
  const root = readValue(cursor, 0);
  if (root === null) return { root, faults: cursor.faults };
  skipSpace(cursor);
  if (cursor.at < text.length) return { root: unexpected(cursor, 'the end of the file'), faults: cursor.faults };
  return { root, faults: cursor.faults };
}

/** The node at a path of keys and indices, or null where the document has none. */
export function nodeAt(root: JsonNode, path: readonly PropertyKey[]): JsonNode | null {
  let node: JsonNode | undefined = root;
  for (const step of path) {
    node = typeof step === 'number' ? node?.items[step] : node?.members.get(String(step))?.node;
  }
  return node ?? null;
}

function readValue(cursor: JsonCursor, depth: number): JsonNode | null {
  skipSpace(cursor);
  const start = cursor.at;
  const first = cursor.text[start];
  if (++cursor.values > mostValues) {
    return fail(cursor, { start, end: start + 1, message: `more than ${mostValues} values` });
  }
  if (first === '"') {
    const value = readJsonString(cursor);
    return value === null ? null : leaf(cursor, start, value);
  }
  if (first !== '{' && first !== '[') return readScalar(cursor);
  if (depth === deepest) {
    return fail(cursor, { start, end: start + 1, message: `nested deeper than ${deepest} levels` });
  }
  cursor.at++;
  return first === '{' ? readObject(cursor, depth + 1) : readArray(cursor, depth + 1);
}

function leaf(cursor: JsonCursor, start: number, value: unknown): JsonNode {
  return { value, start, end: cursor.at, members: noMembers, items: noItems };
}

const literals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

function readScalar(cursor: JsonCursor): JsonNode | null {
  const start = cursor.at;
  const run = /[\w.+-]*/y;
  run.lastIndex = start;
  const [word = ''] = run.exec(cursor.text) ?? [];
  const end = start + word.length;
  const isNumber = number.test(word);
  if (!isNumber && /^[-+.]?[0-9]/.test(word)) {
    const message = `${JSON.stringify(word.slice(0, 40))} is not a number as JSON writes them`;
    return fail(cursor, { start, end, message, hint: 'write it like 3, -3, 0.5 or 3e5, or quote it' });
  }
  if (!isNumber && !literals.has(word)) return unexpected(cursor, 'a value');
  cursor.at = end;
  return leaf(cursor, start, isNumber ? Number(word) : literals.get(word));
}

function readArray(cursor: JsonCursor, depth: number): JsonNode | null {
  const start = cursor.at - 1;
  const items: JsonNode[] = [];
  let more = !closes(cursor, ']');
  while (more) {
    const item = readValue(cursor, depth);
    const next = item === null ? null : another(cursor, ']');
    if (item === null || next === null) return null;
    items.push(item);
    more = next;
  }
  return { value: items.map((item) => item.value), start, end: cursor.at, members: noMembers, items };
}

function readObject(cursor: JsonCursor, depth: number): JsonNode | null {
  const start = cursor.at - 1;
  const members = new Map<string, JsonMember>();
  let more = !closes(cursor, '}');
  while (more) {
    const next = readMember(cursor, depth, members) ? another(cursor, '}') : null;
    if (next === null) return null;
    more = next;
  }
  // fromEntries defines own properties, so that a key `__proto__` stays a key
  const value = Object.fromEntries([...members].map(([key, { node }]) => [key, node.value]));
  return { value, start, end: cursor.at, members, items: noItems };
}

function readMember(cursor: JsonCursor, depth: number, members: Map<string, JsonMember>): boolean {
  skipSpace(cursor);
  const start = cursor.at;
  if (cursor.text[start] !== '"') return unexpected(cursor, 'a key in double quotes') ?? false;
  const name = readJsonString(cursor);
  const key = { start, end: cursor.at };
  skipSpace(cursor);
  if (name === null) return false;
  if (cursor.text[cursor.at] !== ':') return unexpected(cursor, `the colon after ${shown(name)}`) ?? false;
  cursor.at++;
  const node = readValue(cursor, depth);
  if (node === null) return false;
  const fault = keyFault(name, members);
  if (fault !== null) cursor.faults.push({ ...key, ...fault });
  members.set(name, { key, node });
  return true;
}

function keyFault(name: string, members: ReadonlyMap<string, JsonMember>): { message: string; hint: string } | null {
  if (name === '__proto__') return { message: 'the key "__proto__" is not allowed', hint: 'choose another name' };
  if (!members.has(name)) return null;
  const hint = 'keep one: readers of JSON disagree on which of the two counts';
  return { message: `the key ${shown(name)} is here twice`, hint };
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 40));

/** Past the closing bracket when it comes next. */
function closes(cursor: JsonCursor, bracket: ']' | '}'): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== bracket) return false;
  cursor.at++;
  return true;
}

/** Past a comma with something after it (true) or past the closing bracket (false); null after a fault. */
function another(cursor: JsonCursor, bracket: ']' | '}'): boolean | null {
  if (closes(cursor, bracket)) return false;
  const comma = cursor.at;
  if (cursor.text[comma] !== ',') return unexpected(cursor, `a comma or ${bracket}`);
  cursor.at++;
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== bracket) return true;
  return fail(cursor, { start: comma, end: comma + 1, message: `a comma before ${bracket}`, hint: 'remove it' });
}
