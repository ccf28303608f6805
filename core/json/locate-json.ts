import { visit } from 'jsonc-parser';
import { aKey, aValue, type JsonFault, type Span, syntaxFault } from './json-fault.ts';

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

/** jsonc-parser recurses once a level and would run out of stack at some ten thousand. */
const maxLevels = 64;
/** Some 20 000 detailed entries; a mebibyte of `3,` takes 1.5 GB to complain about otherwise. */
const maxValues = 100_000;

/**
 * Reads JSON (RFC 8259) as `JSON.parse` does, and keeps where everything stands. Stricter in two ways: at most 64
 * levels and 100 000 values, and keys on which readers disagree (a repeated key, `__proto__`) are faults.
 */
export function locateJson(text: string): LocatedJson {
  const tree = new TreeBuilder(text);
  try {
    visit(
      text,
      {
        onObjectBegin: (at) => tree.open(at, '}'),
        onObjectProperty: (name, start, length) => tree.addKey(name, { start, end: start + length }),
        onObjectEnd: (at) => tree.close(at),
        onArrayBegin: (at) => tree.open(at, ']'),
        onArrayEnd: (at) => tree.close(at),
        onLiteralValue: (value, start, length) => tree.addLiteral(value, { start, end: start + length }),
        onSeparator: (character) => tree.separate(character),
        onError: (_code, at) => tree.refuse(at),
      },
      { disallowComments: true },
    );
    return { root: tree.root, faults: tree.faults };
  } catch (error) {
    if (error instanceof Unreadable) return { root: null, faults: [...tree.faults, error.fault] };
    throw error;
  }
}

/** The node at a path of keys and indices, or null where the document has none. */
export function nodeAt(root: JsonNode, path: readonly PropertyKey[]): JsonNode | null {
  let node: JsonNode | undefined = root;
  for (const step of path) {
    node = typeof step === 'number' ? node?.items[step] : node?.members.get(String(step))?.node;
  }
  return node ?? null;
}

/** The node under a key, or null. */
export const memberOf = (node: JsonNode, key: string): JsonNode | null => node.members.get(key)?.node ?? null;

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

/** Thrown at the first fault that no JSON may have: jsonc-parser would mend it and read on, as deep as the text goes. */
class Unreadable extends Error {
  readonly fault: JsonFault;

  constructor(fault: JsonFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** A list or an object whose closing bracket has not come yet. */
interface OpenNode {
  readonly start: number;
  readonly closing: ']' | '}';
  readonly members: Map<string, JsonMember>;
  readonly items: JsonNode[];
  /** Of the member whose value comes next. */
  key: { readonly name: string; readonly span: Span } | null;
}

const noMembers: ReadonlyMap<string, JsonMember> = new Map();
const noItems: readonly JsonNode[] = [];

/** Puts together the nodes of a text from what jsonc-parser meets in it, and knows at each step what may come next. */
class TreeBuilder {
  root: JsonNode | null = null;
  readonly faults: JsonFault[] = [];
  readonly #text: string;
  readonly #open: OpenNode[] = [];
  #values = 0;
  #expected = aValue;

  constructor(text: string) {
    this.#text = text;
  }

  open(start: number, closing: ']' | '}'): void {
    this.#countValue(start);
    if (this.#open.length === maxLevels) {
      throw new Unreadable({ start, end: start + 1, message: `nested deeper than ${maxLevels} levels` });
    }
    this.#open.push({ start, closing, members: new Map(), items: [], key: null });
    this.#expected = closing === '}' ? aKey : aValue;
  }

  addKey(name: string, span: Span): void {
    const owner = this.#open.at(-1);
    if (owner !== undefined) owner.key = { name, span };
    this.#expected = `the colon after ${shown(name)}`;
  }

  separate(character: string): void {
    this.#expected = character === ',' && this.#open.at(-1)?.closing === '}' ? aKey : aValue;
  }

  addLiteral(value: unknown, span: Span): void {
    this.#countValue(span.start);
    // To jsonc-parser `01` is a 0 with a 1 behind it.
    if (typeof value === 'number' && /[\w.+-]/.test(this.#text[span.end] ?? '')) this.refuse(span.start);
    this.#add({ value, ...span, members: noMembers, items: noItems });
  }

  /** Called at the end of the text too, for whatever is open there. */
  close(at: number): void {
    const closed = this.#open.at(-1);
    if (closed === undefined || this.#text[at] !== closed.closing) this.refuse(at);
    this.#open.pop();
    const { start, closing, members, items } = closed;
    // fromEntries defines own properties, so that a key `__proto__` stays a key.
    const record = () => Object.fromEntries([...members].map(([key, { node }]) => [key, node.value]));
    const value = closing === ']' ? items.map((item) => item.value) : record();
    this.#add({ value, start, end: at + 1, members, items });
  }

  refuse(at: number): never {
    const [literal] = /^(?:true|false|null)(?![\w.+-])/.exec(this.#text.slice(at, at + 6)) ?? [];
    if (literal === undefined || this.#expected !== aValue) {
      throw new Unreadable(syntaxFault(this.#text, at, this.#expected));
    }
    // Something that belongs to no word clings to a sound one, such as a no-break space: that is what is wrong.
    this.addLiteral(literal, { start: at, end: at + literal.length });
    this.refuse(at + literal.length);
  }

  #countValue(start: number): void {
    if (++this.#values > maxValues) {
      throw new Unreadable({ start, end: start + 1, message: `more than ${maxValues} values` });
    }
  }

  #add(node: JsonNode): void {
    const owner = this.#open.at(-1);
    if (owner === undefined) this.root = node;
    else if (owner.key === null) owner.items.push(node);
    else this.#addMember(owner.members, owner.key, node);
    this.#expected = owner === undefined ? 'the end of the file' : `a comma or ${owner.closing}`;
  }

  #addMember(members: Map<string, JsonMember>, { name, span }: { name: string; span: Span }, node: JsonNode): void {
    if (name === '__proto__') {
      this.faults.push({ ...span, message: 'the key "__proto__" is not allowed', hint: 'choose another name' });
    } else if (members.has(name)) {
      const hint = 'keep one: readers of JSON disagree on which of the two counts';
      this.faults.push({ ...span, message: `the key ${shown(name)} is here twice`, hint });
    }
    members.set(name, { key: span, node });
  }
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 40));
