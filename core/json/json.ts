import type { z } from 'zod';
import { GatehouseError } from '../problems/error.ts';

/**
 * Parses JSON text into a value of the schema's type. Only here is `JSON.parse` called.
 *
 * @param what names the document in the error, for example `info/index.json of foo-1.0-0.conda`
 * @throws GatehouseError `json.invalid` when the text is not JSON or does not fit the schema
 */
export function parseJson<T>(text: string, schema: z.ZodType<T>, what: string): T {
  let value: unknown;
  try {
    // biome-ignore lint/plugin: the one place that may; every value goes through its schema below
    value = JSON.parse(text);
  } catch (cause) {
    throw new GatehouseError('json.invalid', `${what} is not JSON`, { cause });
  }
  return parseValue(value, schema, what);
}

/** Holds a value that came from elsewhere (msgpack, a message) against its schema; errors as {@link parseJson}. */
export function parseValue<T>(value: unknown, schema: z.ZodType<T>, what: string): T {
  if (isDeeper(value, maxNestingLevels))
    throw new GatehouseError('json.invalid', `${what} is nested deeper than ${maxNestingLevels} levels`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
  throw new GatehouseError('json.invalid', `${what}${where}: ${issue?.message ?? 'does not fit its schema'}`);
}

/** No real document comes near this depth; without a limit a crafted one would overflow the stack of what walks it. */
const maxNestingLevels = 64;

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

/**
 * Canonical JSON: keys sorted by code point, no spaces, non-ASCII as `\uXXXX`, which is byte for byte what conda-index
 * writes (`json.dumps(sort_keys=True, separators=(",", ":"))`). Undefined members are left out.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return quote(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => compareCodePoints(a, b));
  return `{${members.map(([key, member]) => `${quote(key)}:${canonicalJson(member)}`).join(',')}}`;
}

function quote(value: unknown): string {
  return JSON.stringify(value ?? null).replace(/[\u007f-\uffff]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Orders strings by Unicode code point, as Python does; JavaScript's own order is by UTF-16 unit. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Moves surrogates above the rest of the basic plane, where their code points belong. */
function rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
