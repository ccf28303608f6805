import { GatehouseError } from '../error.ts';
import { type JsonMember, startJsonScan } from './json-scan.ts';
import { keyText } from './key-text.ts';
import { type NameIndex, type NameIndexBuilder, startNameIndex } from './name-index.ts';

export interface RepodataScan {
  push(chunk: Uint8Array): void;
  /** Call after the last `push`. */
  finish(): RepodataMap;
}

/** Where things are in a `repodata.json`: each member from its key's quote to behind its value. */
export interface RepodataMap {
  readonly packages: NameIndex;
  readonly packagesConda: NameIndex;
  /** `info`, `removed` and `repodata_version`, as far as they are there. */
  readonly small: ReadonlyMap<string, JsonMember>;
}

/** Eight times what conda-forge linux-64 holds (2026). */
const mostRecords = 5_000_000;
const smallKeys: ReadonlySet<string> = new Set(['info', 'removed', 'repodata_version']);

/**
 * Reads `repodata.json` (CEP 36) in one pass, keeping of each record only where it is: some 16 bytes, and its name once.
 * Keys may come in any order and unknown ones are passed over; one that is read here must not come twice.
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
    if (records > mostRecords)
      throw new GatehouseError('upstream.too-large', `${what} has over ${mostRecords} records`);
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
