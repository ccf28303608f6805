import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { parseJson } from '../json/json.ts';
import { GatehouseError } from '../problems/error.ts';
import { type ByteSlice, type JsonMember, startJsonScan } from './json-scan.ts';

export interface RepodataScan {
  push(chunk: Uint8Array): void;
  /** Call after the last `push`. */
  finish(): RepodataMap;
}

/** Each package name's members as `start, end`, pair behind pair, in the document's order. */
type NameIndex = ReadonlyMap<string, readonly number[]>;

/** A `repodata.json` by places in its text: each member from its key's quote to behind its value. */
export interface RepodataMap {
  readonly packages: NameIndex;
  readonly packagesConda: NameIndex;
  /** `info`, `removed` and `repodata_version`, as far as they are there. */
  readonly small: ReadonlyMap<string, JsonMember>;
}

/** The limit is eight times what conda-forge linux-64 holds (2026). */
const maxRecords = 5_000_000;
const smallKeys: ReadonlySet<string> = new Set(['info', 'removed', 'repodata_version']);

/**
 * Reads `repodata.json` (CEP 36) in one pass, keeping of each record only where it is: some 16 bytes, and its name
 * once. Keys may come in any order and unknown ones are passed over; one that is read here must not come twice.
 *
 * @param what names the document in errors: GatehouseError `upstream.body` for what is not JSON or not repodata
 */
export function startRepodataScan(what: string): RepodataScan {
  const packages = startNameIndex();
  const packagesConda = startNameIndex();
  const sections = new Map<string, NameIndexBuilder>([
    ['packages', packages],
    ['packages.conda', packagesConda],
  ]);
  const found = new Set<string>();
  const small = new Map<string, JsonMember>();
  let top = '';
  let offsets: number[] | null = null;
  let records = 0;

  function fail(reason: string, offset: number): never {
    throw new GatehouseError('upstream.body', `${what}: ${reason} at byte ${offset}`);
  }
  function endTop(member: JsonMember): void {
    if (!(sections.has(top) || smallKeys.has(top))) return;
    if (found.has(top)) fail(`a second "${top}"`, member.start);
    if (sections.has(top) && !member.isObject) fail(`"${top}" is not a map`, member.start);
    found.add(top);
    if (smallKeys.has(top)) small.set(top, member);
  }
  function endRecord({ start, end }: JsonMember): void {
    offsets?.push(start, end);
    records++;
    if (records > maxRecords) throw new GatehouseError('upstream.too-large', `${what} has over ${maxRecords} records`);
  }
  const scan = startJsonScan({
    key(depth, key) {
      const section = depth === 2 ? sections.get(top) : undefined;
      offsets = section?.listFor(key) ?? null;
      if (depth === 1) top = keyText(key);
    },
    member: (depth, member) => (depth === 1 ? endTop(member) : endRecord(member)),
    fail,
  });
  return {
    push: scan.push,
    finish() {
      if (!scan.isWhole()) throw new GatehouseError('upstream.body', `${what} is cut short`, { retry: true });
      return { packages: packages.index, packagesConda: packagesConda.index, small };
    },
  };
}

interface NameIndexBuilder {
  readonly index: NameIndex;
  /** The list that the member with this key belongs to; null when the key has no three fields: nobody asks for it. */
  listFor(key: ByteSlice): number[] | null;
}

const dash = 0x2d;
const backslash = 0x5c;

/** Sorts members by the package name that their keys, which are file names, say. */
function startNameIndex(): NameIndexBuilder {
  const index = new Map<string, number[]>();
  let lastName = '';
  let lastList: number[] = [];
  return {
    index,
    listFor(key) {
      // Files of one name mostly come together: comparing is cheaper than making a string of each.
      if (lastName !== '' && isText(plainName(key), lastName)) return lastList;
      lastName = nameOf(keyText(key));
      if (lastName === '') return null;
      lastList = index.get(lastName) ?? [];
      index.set(lastName, lastList);
      return lastList;
    },
  };
}

/**
 * The file name without its last two dash-separated fields, and without a path before it, so that `../foo-1-0.conda`
 * is met, and refused, by whoever asks for `foo`.
 */
function nameOf(fileName: string): string {
  const name = fileName.split('-').slice(0, -2).join('-');
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}

/** Finds the bytes before the last two dashes; null when there are no such, or escapes behind them. */
function plainName({ bytes, from, to }: ByteSlice): ByteSlice | null {
  let dashes = 0;
  for (let i = to - 1; i >= from; i--) {
    const byte = bytes[i];
    if (byte === backslash) return null;
    if (byte === dash && ++dashes === 2) return { bytes, from, to: i };
  }
  return null;
}

function isText(slice: ByteSlice | null, text: string): boolean {
  if (slice === null || text.length !== slice.to - slice.from) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== slice.bytes[slice.from + i]) return false;
  return true;
}

/** Decodes a JSON key: its escapes are undone. */
function keyText({ bytes, from, to }: ByteSlice): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();
  return text.includes('\\') ? parseJson(`"${text}"`, z.string(), 'a key') : text;
}
