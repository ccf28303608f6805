import { canonicalJson } from './json.ts';

/** Something in a JSON text on which readers disagree, or that they cannot bear. */
export interface JsonOddity {
  readonly kind: 'duplicate' | 'depth' | 'number' | 'values';
  readonly detail: string;
}

/** As `parseJson` has it: no real document comes near. */
const maxLevels = 64;
/** Of members, items and keys. 200,000 files of a package, each with seven facts, are 1.4 million. */
const maxValues = 1_600_000;

/** Of one object: V8 takes seconds to parse one of a million. Lists of files have a few for each. */
const maxKeys = 10_000;

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Finds what makes a JSON text unsafe to hand on, too many values before all else: a key that comes twice in one object, of
 * which readers take the first, the last or neither; more than 64 levels; a whole number beyond 2^53; more than 1.6 million
 * values, or 10,000 keys of one object, which would take hundreds of megabytes to hold. Null when there is none. Whether
 * the text is JSON at all is not asked, so no text makes it fail; memory is the keys of the objects that are open.
 */
export function jsonOddity(text: string): JsonOddity | null {
  const scan = new JsonScan(text);
  let first: JsonOddity | null = null;
  for (let code = scan.code(); !Number.isNaN(code); code = scan.code()) {
    const oddity = scan.step(code);
    if (oddity?.kind === 'values') return oddity;
    first ??= oddity;
  }
  return first;
}

class JsonScan {
  readonly #text: string;
  #at = 0;
  /** Of each open object or list the keys so far. */
  readonly #keys: Set<string>[] = [];
  #level = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Of the next character; NaN at the text's end. */
  code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  step(code: number): JsonOddity | null {
    if (code === quote) return this.#string();
    if (isNumberStart(code)) return this.#number();
    this.#at++;
    if (code === openBrace || code === openBracket) return this.#open();
    if (code === closeBrace || code === closeBracket) this.#level = Math.max(0, this.#level - 1);
    return code === comma ? this.#count() : null;
  }

  #string(): JsonOddity | null {
    const start = this.#at;
    this.#at = endOfString(this.#text, start);
    const keys = this.#keys[this.#level];
    if (keys === undefined || !isKey(this.#text, this.#at)) return null;
    const key = plainText(this.#text.slice(start + 1, this.#at - 1));
    if (keys.has(key)) return { kind: 'duplicate', detail: `the key ${shown(key)} comes twice` };
    keys.add(key);
    return keys.size > maxKeys ? { kind: 'values', detail: `more than ${maxKeys} keys in one object` } : null;
  }

  #number(): JsonOddity | null {
    const start = this.#at;
    this.#at = endOfNumber(this.#text, start);
    const written = this.#text.slice(start, this.#at);
    return isUnsafe(written) ? { kind: 'number', detail: `the number ${shown(written)}` } : null;
  }

  #open(): JsonOddity | null {
    this.#level++;
    const counted = this.#count();
    if (this.#level > maxLevels) return counted ?? { kind: 'depth', detail: `more than ${maxLevels} levels` };
    const keys = this.#keys[this.#level];
    if (keys === undefined) this.#keys[this.#level] = new Set();
    else keys.clear();
    return counted;
  }

  #count(): JsonOddity | null {
    this.#values++;
    return this.#values > maxValues ? { kind: 'values', detail: `more than ${maxValues} values` } : null;
  }
}

const shown = (text: string): string => canonicalJson(text.slice(0, 100));

/** Behind its closing quote, or the text's end. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
}

const colon = 0x3a;
const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

function isKey(text: string, end: number): boolean {
  let at = end;
  while (isSpace(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === colon;
}

const escapeNames: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A key as it is once its escapes are resolved: `"\u0061"` is the key `a`. */
function plainText(written: string): string {
  if (!written.includes('\\')) return written;
  return written.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, hex: string | undefined, one: string = '') =>
    hex === undefined ? (escapeNames[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const isNumberStart = (code: number): boolean => code === 0x2d || (code >= 0x30 && code <= 0x39);
const isNumberPart = (code: number): boolean =>
  isNumberStart(code) || code === 0x2b || code === 0x2e || code === 0x45 || code === 0x65;

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (isNumberPart(text.charCodeAt(at))) at++;
  return at;
}

/** In so few digits no number can be. */
const maxSafeLength = 15;

function isUnsafe(written: string): boolean {
  if (written.length <= maxSafeLength && !/e/i.test(written)) return false;
  const value = Number(written);
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}
