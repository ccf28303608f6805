import { gnuLong, paxHeader, rawMember } from '../archives/build-tar.ts';
import type { Dice } from './dice.ts';
import { makeContent } from './make-content.ts';
import { respellNumbers, sumTarHeader } from './tar-fields.ts';

export interface SoundMember {
  readonly path: string;
  readonly type: '0' | '2' | '5';
  readonly data: Uint8Array;
  readonly linkName?: string;
}

const linkNames = ['x', 'a/b', './c', 'lib.so.1', 'e'.repeat(100), 'f'.repeat(140), 'caf\u00e9'] as const;

/** A file, most of the time; else a folder, or a link where there may be one. */
export function randomMember(dice: Dice, path: string, mayLink: boolean): SoundMember {
  const type = dice.pick<SoundMember['type']>(['0', '0', '0', '0', mayLink ? '2' : '0', '5']);
  if (type === '5') return { path: `${path}.d`, type, data: Buffer.alloc(0) };
  if (type === '0') return { path, type, data: makeContent(dice) };
  return { path, type, data: Buffer.alloc(0), linkName: dice.pick(linkNames) };
}

const [ustar, gnu, version7] = ['ustar\u000000', 'ustar  \0', ''] as const;
const nameBytes = 100;

/** A member in one of its sound forms: where a name does not fit its field, pax or GNU headers come first. */
export function soundMember(dice: Dice, member: SoundMember): Buffer[] {
  const name = member.type === '5' && dice.chance(0.6) ? `${member.path}/` : member.path;
  const link = Buffer.from(member.linkName ?? '');
  const magic = dice.pick([ustar, gnu, version7]);
  const raw = (magic === ustar && chosenSplit(dice, name)) || { name, prefix: '' };
  const isLong = Buffer.byteLength(raw.name) > nameBytes;
  const long = { name: isLong ? name : '', link: link.length > nameBytes ? link.toString() : '' };
  const mode = dice.pick([0o644, 0o755, 0o600, 0o444]);
  const type = magic === version7 ? oldType(dice, member.type, name) : member.type;
  const block = Buffer.from(rawMember({ ...raw, type, data: member.data, mode, magic }));
  block.set(link.subarray(0, nameBytes), 157);
  respellNumbers(dice, block);
  sumTarHeader(block, dice);
  return [...(dice.chance(0.5) ? byPax : byGnu)(dice, long, member.data.length), block];
}

function chosenSplit(dice: Dice, name: string): ReturnType<typeof splitName> {
  return Buffer.byteLength(name) > nameBytes || dice.chance(0.2) ? splitName(name) : null;
}

/** The old flag of a file, half of the time; but a name that is cut behind a slash would make it a directory to some. */
function oldType(dice: Dice, type: SoundMember['type'], name: string): string {
  const isCut = Buffer.from(name).at(nameBytes - 1) === 0x2f;
  return type === '0' && !isCut && dice.chance(0.5) ? '\0' : type;
}

interface LongNames {
  readonly name: string;
  readonly link: string;
}

function byPax(dice: Dice, { name, link }: LongNames, size: number): Buffer[] {
  const records: Record<string, string> = {};
  if (name !== '') records['path'] = name;
  if (dice.chance(0.3)) records['mtime'] = dice.pick(['1700000000.123', '-1.5', '0', '1e9']);
  if (link !== '') records['linkpath'] = link;
  if (dice.chance(0.1)) records['atime'] = '5';
  if (dice.chance(0.1)) records['size'] = String(size);
  return Object.keys(records).length === 0 ? [] : [Buffer.from(rawMember(paxHeader(records)))];
}

function byGnu(dice: Dice, { name, link }: LongNames): Buffer[] {
  const headers = [...(name === '' ? [] : [gnuLong('L', name)]), ...(link === '' ? [] : [gnuLong('K', link)])];
  if (dice.chance(0.5)) headers.reverse();
  return headers.map((header) => Buffer.from(rawMember(header)));
}

/** ustar's two fields of a name, where it can be split. */
function splitName(name: string): { prefix: string; name: string } | null {
  const at = name.slice(0, -1).lastIndexOf('/', 155);
  if (at <= 0 || Buffer.byteLength(name) !== name.length || name.length - at - 1 > nameBytes) return null;
  return { prefix: name.slice(0, at), name: name.slice(at + 1) };
}
