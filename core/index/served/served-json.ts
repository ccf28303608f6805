import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../json/json.ts';
import { sha256Of } from '../../names/digest.ts';
import { type PackageFileName, packageFileNameSchema } from '../../names/package-file-name.ts';
import { GatehouseError } from '../../problems/error.ts';
import { type RepodataRecord, recordSchema } from '../../record/record.ts';
import { type RepodataMap, startRepodataScan } from '../../upstream/scan-repodata.ts';

/** What an index file says of one package name. */
export interface ServedName {
  /** Equal of equal bytes; empty where nothing is said. */
  readonly digest: string;
  /** The names of what its records depend on. */
  readonly needs: readonly string[];
}

export const unnamed: ServedName = { digest: '', needs: [] };

export interface ServedRecord {
  readonly filename: PackageFileName;
  readonly record: RepodataRecord;
}

/** Which of a name's records are left in. */
export type Narrowing = (named: readonly ServedRecord[]) => readonly ServedRecord[];

/** A `repodata.json` in memory, and where in it each name is. */
export interface ServedJson {
  /** Of all that belongs to no name. */
  readonly digest: string;
  named(name: string): ServedName;
  /** The document with the members of these names alone, byte for byte as they are there. */
  only(names: Iterable<string>, narrowing?: Narrowing | undefined): Uint8Array;
}

/**
 * Finds the names of a `repodata.json` in one pass. Only its bytes are kept, and 16 bytes a record.
 *
 * @returns null when it is none that a client could read
 */
export function scanServedJson(bytes: Uint8Array, what: string): ServedJson | null {
  const map = scan(bytes, what);
  if (map === null) return null;
  const slices = (spans: readonly number[] = []) =>
    Array.from({ length: spans.length / 2 }, (_, i) => bytes.subarray(spans[2 * i], spans[2 * i + 1]));
  const packages = (name: string) => slices(map.packages.get(name));
  const conda = (name: string) => slices(map.packagesConda.get(name));
  // No client leaves a record out for being among those `removed`, of which each withdrawal makes more.
  const small = [...map.small].filter(([key]) => key !== 'removed');
  const head = small.map(([, { start, end }]) => bytes.subarray(start, end));
  return {
    digest: sha256Of(Buffer.concat(head)),
    named: (name) => servedName(packages(name), conda(name)),
    only(names, narrowing) {
      const sections = [...names].map((name) => {
        const all = { packages: packages(name), conda: conda(name) };
        if (narrowing === undefined) return all;
        const isLeft = leftBy(narrowing, [...all.packages, ...all.conda]);
        return { packages: all.packages.filter(isLeft), conda: all.conda.filter(isLeft) };
      });
      const bz2 = labelled('packages', braced(sections.flatMap((one) => one.packages)));
      return braced([...head, bz2, labelled('packages.conda', braced(sections.flatMap((one) => one.conda)))]);
    },
  };
}

function scan(bytes: Uint8Array, what: string): RepodataMap | null {
  try {
    const scanning = startRepodataScan(what);
    scanning.push(bytes);
    return scanning.finish();
  } catch (error) {
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}

function servedName(packages: readonly Uint8Array[], conda: readonly Uint8Array[]): ServedName {
  if (packages.length + conda.length === 0) return unnamed;
  const hash = createHash('sha256');
  for (const member of packages) hash.update(member).update(',');
  hash.update('}');
  for (const member of conda) hash.update(member).update(',');
  const records = [...packages, ...conda].flatMap((member) => readMember(member, dependingSchema)?.[1] ?? []);
  return { digest: hash.digest('base64'), needs: neededBy(records) };
}

/** What of a record tells what it depends on; a client that cannot read it fails on it, and so does the solver. */
export const dependingSchema = z.object({ depends: z.array(z.string()).catch([]) }).catch({ depends: [] });

/** The name is what stands behind a channel and before a version, a build or a bracket. */
const dependencyName = /^(?:\S*::)?\s*([^\s=<>!~[(,|;@]+)/;

/** The names of what some records depend on. */
export function neededBy(records: readonly z.infer<typeof dependingSchema>[]): string[] {
  const texts = new Set(records.flatMap(({ depends }) => depends));
  return [...new Set([...texts].flatMap((text) => dependencyName.exec(text)?.[1]?.toLowerCase() ?? []))];
}

/** A member's key and value; null when they are not what the schema says. */
function readMember<T>(member: Uint8Array, schema: z.ZodType<T>): [string, T] | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(member);
    const [read] = Object.entries(parseJson(`{${text}}`, z.record(z.string(), schema), 'a record'));
    return read ?? null;
  } catch (error) {
    if (error instanceof GatehouseError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Which of a name's members are left. What cannot be read is, for the solver to fail on. */
function leftBy(narrowing: Narrowing, members: readonly Uint8Array[]): (member: Uint8Array) => boolean {
  const read = new Map(members.map((member) => [member, recordOf(member)]));
  const left = new Set(narrowing([...read.values()].flatMap((one) => one ?? [])));
  return (member) => {
    const one = read.get(member) ?? null;
    return one === null || left.has(one);
  };
}

function recordOf(member: Uint8Array): ServedRecord | null {
  const [key, record] = readMember(member, recordSchema) ?? [];
  const filename = packageFileNameSchema.safeParse(key).data;
  return filename === undefined || record === undefined ? null : { filename, record };
}

const labelled = (key: string, value: Uint8Array): Uint8Array => Buffer.concat([Buffer.from(`"${key}":`), value]);

/** Members as one object. */
function braced(members: readonly Uint8Array[]): Uint8Array {
  const comma = Buffer.from(',');
  const separated = members.flatMap((member, i) => (i === 0 ? [member] : [comma, member]));
  return Buffer.concat([Buffer.from('{'), ...separated, Buffer.from('}')]);
}
