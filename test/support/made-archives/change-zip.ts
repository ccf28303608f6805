import { crc32 } from 'node:zlib';
import { extraField } from '../archives/build-zip.ts';
import { emptyZip } from '../archives/zip-vectors.ts';
import type { Dice } from './dice.ts';
import { oddExtra } from './zip-extras.ts';
import { junkPart, placeAnew, setField, type ZipField, type ZipPart } from './zip-records.ts';

/** Changes one thing of a ZIP's records, and says what. What says where they lie follows most of the time. */
export function changeZip(dice: Dice, parts: ZipPart[]): string {
  return dice.chance(0.2) ? changeOrder(dice, parts) : changeField(dice, parts);
}

/** What says where something else lies: set anew where it was not itself what is changed. */
const places = ['offset', 'start', 'entries', 'entriesHere'];

function changeField(dice: Dice, parts: readonly ZipPart[]): string {
  const part = parts[dice.below(parts.length)] ?? junkPart(new Uint8Array());
  const field = part.fields[dice.below(part.fields.length)] ?? { name: 'none', width: 0, value: 0 };
  const isEverywhere = part.member >= 0 && dice.chance(0.7);
  const changed = isEverywhere ? parts.filter(({ member }) => member === part.member) : [part];
  setAll(changed, field.name, oddValue(dice, field, part));
  if (!places.includes(field.name) && dice.chance(0.8)) placeAnew(parts);
  return `zip.${part.kind}.${field.name}${isEverywhere ? ' everywhere' : ''}`;
}

function setAll(parts: readonly ZipPart[], name: string, value: number | Uint8Array): void {
  for (const part of parts) setField(part, name, value);
  if (name === 'data' && typeof value === 'object') for (const part of parts) describeData(part, value);
}

/** Headers that say what is true of changed data, as of a member that was stored. */
function describeData({ fields }: ZipPart, data: Uint8Array): void {
  const said = new Map([
    ['crc', crc32(data)],
    ['size', data.length],
    ['compressedSize', data.length],
  ]);
  for (const field of fields) {
    const isSaid = field.value !== 0xffffffff && field.value !== 0;
    if (isSaid) field.value = said.get(field.name) ?? field.value;
  }
}

const flagBits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15] as const;
const plainNames = ['trick', 'evil', 'a/b', 'dir/', './x', 'caf\u00e9', 'con', 'x ', 'x.', 'a:b', 'x'.repeat(300)];
const oddNames = ['../x', '/x', 'a\\b', 'a//b', 'C:x', 'e\u0301', 'a\0b', '', '\ufeffx', '\u202ex', '.'];

type OddValue = (dice: Dice, field: ZipField, part: ZipPart) => number | Uint8Array;

const oddValues = new Map<string, OddValue>([
  ['extra', changedExtra],
  ['name', (dice) => Buffer.from(dice.pick(['x', ...plainNames, ...oddNames]), dice.chance(0.8) ? 'utf8' : 'latin1')],
  ['flags', (dice, { value }) => Number(value) ^ (1 << dice.pick(flagBits))],
  ['method', (dice) => dice.pick([0, 8, 9, 12, 14, 93, 95, 99, 1])],
]);

function oddValue(dice: Dice, field: ZipField, part: ZipPart): number | Uint8Array {
  const { name, width, value } = field;
  const named = oddValues.get(name);
  if (named) return named(dice, field, part);
  if (typeof value === 'object') return changedBytes(dice, value);
  const most = 2 ** (8 * (width || 1)) - 1;
  const near = [0, 1, value + 1, Math.max(value - 1, 0), value + dice.below(100)] as const;
  return dice.pick([...near, most, most - 1, 0xffffffff, 0xffff, dice.below(0x10000), value ^ (1 << dice.below(15))]);
}

function changedExtra(dice: Dice, { value }: ZipField, { fields }: ZipPart): Uint8Array {
  const name = fields.find((one) => one.name === 'name')?.value;
  const odd = oddExtra(dice, typeof name === 'object' ? name : new Uint8Array());
  return typeof value === 'object' && dice.chance(0.5) ? Buffer.concat([value, odd]) : odd;
}

function changedBytes(dice: Dice, bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes);
  if (changed.length === 0 || dice.chance(0.2)) {
    return Buffer.concat([changed, dice.pick([Buffer.from('x'), emptyZip, extraField(1, Buffer.alloc(8))])]);
  }
  const at = dice.below(changed.length);
  if (dice.chance(0.2)) return changed.subarray(0, at);
  changed.writeUInt8((changed[at] ?? 0) ^ (1 << dice.below(8)), at);
  return changed;
}

const endSignature = Buffer.from('PK\x05\x06');

type OrderChange = (dice: Dice, parts: ZipPart[], at: number) => void;

const copyOf = (part: ZipPart | undefined): ZipPart[] =>
  part ? [{ ...part, fields: part.fields.map((field) => ({ ...field })) }] : [];

const orderChanges: readonly [readonly [string, OrderChange], ...(readonly [string, OrderChange])[]] = [
  ['twice', (_, parts, at) => parts.splice(at, 0, ...copyOf(parts[at]))],
  ['lost', (_, parts, at) => parts.splice(at, 1)],
  ['moved', (dice, parts, at) => parts.splice(dice.below(parts.length), 0, ...parts.splice(at, 1))],
  ['gap', (_, parts, at) => parts.splice(at, 0, junkPart(Buffer.from('gap')))],
  ['a ZIP before', (_, parts) => parts.unshift(junkPart(emptyZip))],
  ['a ZIP in between', (_, parts, at) => parts.splice(at, 0, junkPart(emptyZip))],
  ['a ZIP behind', (_, parts) => parts.push(junkPart(emptyZip))],
  ['this ZIP behind', (_, parts, at) => parts.push(...parts.slice(at).flatMap(copyOf))],
  ['a comment', (_, parts) => commented(parts, Buffer.concat([Buffer.from('x'), endSignature]))],
  ['a comment of a ZIP', (_, parts) => commented(parts, emptyZip)],
  ['trailer', (_, parts) => parts.push(junkPart(Buffer.from('\n')))],
  ['zeros', (dice, parts) => parts.push(junkPart(Buffer.alloc(1 + dice.below(30))))],
];

function commented(parts: readonly ZipPart[], comment: Uint8Array): void {
  const end = parts.at(-1);
  if (end) setField(end, 'comment', comment);
}

function changeOrder(dice: Dice, parts: ZipPart[]): string {
  const [name, change] = dice.pick(orderChanges);
  change(dice, parts, dice.below(parts.length));
  if (dice.chance(0.6)) placeAnew(parts);
  return `zip.${name}`;
}
