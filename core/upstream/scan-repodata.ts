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
 * once. Keys may come in any order and unknown ones are passed over; one that is read here must not come twice. `{}` is
 * an empty channel, and an object that has only unknown keys is none.
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
  let hasMembers = false;
  let offsets: number[] | null = null;
  let records = 0;

  function fail(reason: string, offset: number): never {
    throw new GatehouseError('upstream.body', `${what}: ${reason} at byte ${offset}`);
  }
  function endTop(member: JsonMember): void {
    hasMembers = true;
    if (!(sections.has(top) || smallKeys.has(top))) return;
    if (found.has(top)) fail(`a second "${top}"`, member.start);
    if (sections.has(top) && !member.isObject) fail(`"${top}" is not a map`, member.start);
    found.add(top);
    if (smallKeys.has(top)) small.set(top, member);
  }
  const scan = startJsonScan({
    key(depth, key) {
      const section = depth === 2 ? sections.get(top) : undefined;
      offsets = section?.listFor(key) ?? null;
      if (depth === 1) top = keyText(key);
    },
    member(depth, member) {
      if (depth === 1) return endTop(member);
      offsets?.push(member.start, member.end);
      if (++records > maxRecords)
        throw new GatehouseError('upstream.too-large', `${what} has over ${maxRecords} records`);
    },
    fail,
  });
  return {
    push: scan.push,
    finish() {
      if (!scan.isWhole()) throw new GatehouseError('upstream.body', `${what} is cut short`, { retry: true });
      // Some servers say in JSON, with status 200, that they have no such file: that is no channel without packages.
      if (hasMembers && found.size === 0) {
        throw new GatehouseError('upstream.body', `${what} is not repodata: none of its keys is repodata's`);
      }
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
      if (lastName !== '' && isOfName(key, lastName)) return lastList;
      // Without a path before it, so that `../foo-1-0.conda` is met, and refused, by whoever asks for `foo`.
      lastName = keyText(key)
        .split('-')
        .slice(0, -2)
        .join('-')
        .replace(/^.*[/\\]/s, '');
      if (lastName === '') return null;
      lastList = index.get(lastName) ?? [];
      index.set(lastName, lastList);
      return lastList;
    },
  };
}

/** Whether a file name is the name and two more fields behind dashes, without escapes behind it. */
function isOfName({ bytes, from, to }: ByteSlice, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name.charCodeAt(i)) return false;
  let dashes = 0;
  for (let i = from + name.length; i < to; i++) {
    if (bytes[i] === backslash) return false;
    if (bytes[i] === dash) dashes++;
  }
  return dashes === 2 && bytes[from + name.length] === dash;
}

/** Decodes a JSON key: its escapes are undone, unless it was cut where it is too long to be a file name. */
function keyText({ bytes, from, to }: ByteSlice): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();
  const isPlain = !text.includes('\\') || text.length > maxNameUnits;
  return isPlain ? text : parseJson(`"${text}"`, z.string(), 'a key');
}

/** Written out in escapes, the longest file name (211 bytes, CEP 26) has six times as many. */
const maxNameUnits = 2048;
