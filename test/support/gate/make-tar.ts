import { endBlocks, gnuLong, paxHeader, rawMember } from '../archives/build-tar.ts';
import type { Dice } from './dice.ts';
import { makeContent, makePaths } from './make-content.ts';
import { setTarField, sumTarHeader, tarFields } from './tar-fields.ts';
import { tarTricks } from './tar-tricks.ts';

/** One header and what is behind it. */
export type TarPiece = Buffer;

export interface MadeTar {
  readonly bytes: Buffer;
  /** What was done to it that a sound writer would not do; empty of a sound one. */
  readonly tricks: readonly string[];
}

/**
 * A tar of these files and some more in every form that writers have: ustar, pax, GNU and version 7, each number in each
 * of its spellings. Then, `changes` times, a field is set to what it should not be, or a trick of an attacker is put in.
 */
export function makeTar(
  dice: Dice,
  files: ReadonlyMap<string, Uint8Array>,
  changes: number,
  paths = (most: number) => makePaths(dice, most),
): MadeTar {
  const pieces: TarPiece[] = [];
  for (const [path, data] of files) pieces.push(...soundMember(dice, { path, type: '0', data }));
  for (const path of paths(4)) {
    if (!files.has(path)) pieces.push(...soundMember(dice, randomMember(dice, path)));
  }
  const tricks: string[] = [];
  for (let change = 0; change < changes; change++) tricks.push(changeOne(dice, pieces));
  const tail = dice.chance(0.9) ? endBlocks : Buffer.alloc(dice.pick([1024, 1536, 10_240, 1100]));
  const bytes = Buffer.concat([...pieces, tail]);
  return changes > 0 && dice.chance(0.1) ? changedTail(dice, bytes, tricks) : { bytes, tricks };
}

interface SoundMember {
  readonly path: string;
  readonly type: '0' | '2' | '5';
  readonly data: Uint8Array;
  readonly linkName?: string;
}

function randomMember(dice: Dice, path: string): SoundMember {
  const type = dice.pick(['0', '0', '0', '0', '2', '5']);
  if (type === '5') return { path: `${path}.d`, type, data: Buffer.alloc(0) };
  if (type === '0') return { path, type, data: makeContent(dice) };
  const linkName = dice.pick(['x', 'a/b', './c', 'lib.so.1', 'e'.repeat(100), 'f'.repeat(140), 'caf\u00e9']);
  return { path, type, data: Buffer.alloc(0), linkName };
}

const magics = ['ustar\u000000', 'ustar  \0', ''] as const;

/** A member in one of its sound forms: where a name does not fit its field, pax or GNU headers come first. */
function soundMember(dice: Dice, { path, type, data, linkName = '' }: SoundMember): TarPiece[] {
  const magic = dice.pick(magics);
  const name = type === '5' && dice.chance(0.6) ? `${path}/` : path;
  const split = splitName(name);
  const fits = Buffer.byteLength(name) <= 100;
  const isSplit = magic === magics[0] && split !== null && (!fits || dice.chance(0.2));
  const asPax = dice.chance(0.5);
  const before: TarPiece[] = [];
  const pax: Record<string, string> = {};
  if (!isSplit && !fits) asPax ? (pax['path'] = name) : before.push(Buffer.from(rawMember(gnuLong('L', name))));
  if (Buffer.byteLength(linkName) > 100) {
    asPax ? (pax['linkpath'] = linkName) : before.push(Buffer.from(rawMember(gnuLong('K', linkName))));
  }
  if (dice.chance(0.3)) pax['mtime'] = dice.pick(['1700000000.123', '-1.5', '0', '1e9']);
  if (dice.chance(0.1)) pax['atime'] = '5';
  if (dice.chance(0.1)) pax['size'] = String(data.length);
  if (Object.keys(pax).length > 0)
    before.splice(dice.below(before.length + 1), 0, Buffer.from(rawMember(paxHeader(pax))));
  const inField = { name: isSplit ? split.last : name, prefix: isSplit ? split.prefix : '' };
  const block = Buffer.from(
    rawMember({
      ...inField,
      type: magic === '' && type === '0' && dice.chance(0.5) ? '\0' : type,
      data,
      linkName: Buffer.from(linkName).subarray(0, 100).toString('latin1'),
      mode: dice.pick([0o644, 0o755, 0o600, 0o444]),
      magic,
    }),
  );
  block.set(Buffer.from(linkName).subarray(0, 100), 157);
  for (const field of tarFields) if (field.spellings && dice.chance(0.15)) respell(dice, block, field.name);
  sumTarHeader(block, dice);
  return [...before, block];
}

function splitName(name: string): { prefix: string; last: string } | null {
  const at = name.slice(0, -1).lastIndexOf('/', 155);
  if (at <= 0 || Buffer.byteLength(name) !== name.length || name.length - at - 1 > 100) return null;
  return { prefix: name.slice(0, at), last: name.slice(at + 1) };
}

/** The number that a field holds in another of the ways in which writers have it. */
function respell(dice: Dice, block: Buffer, name: string): void {
  const field = tarFields.find((one) => one.name === name);
  if (field?.spellings) setTarField(block, field, dice.pick(field.spellings)(field, block));
}

function changeOne(dice: Dice, pieces: TarPiece[]): string {
  const at = dice.below(pieces.length);
  const piece = Buffer.from(pieces[at] ?? Buffer.alloc(512));
  if (dice.chance(0.35)) {
    const [name, trick] = dice.pick(tarTricks);
    pieces.splice(at, 0, ...trick(dice).map((bytes) => Buffer.from(bytes)));
    return name;
  }
  if (dice.chance(0.2)) return changePiece(dice, pieces, at, piece);
  const field = dice.pick(tarFields);
  setTarField(piece, field, dice.pick(field.values)(dice));
  if (field.name !== 'checksum' && dice.chance(0.97)) sumTarHeader(piece, dice);
  pieces[at] = piece;
  return `tar.${field.name}`;
}

function changePiece(dice: Dice, pieces: TarPiece[], at: number, piece: Buffer): string {
  const kind = dice.pick(['padding', 'flip', 'flip and sum', 'twice', 'swap', 'cut', 'lengthen']);
  const bit = dice.below(piece.length);
  if (kind === 'twice') pieces.splice(at, 0, piece);
  else if (kind === 'swap') pieces.splice(dice.below(pieces.length), 0, ...pieces.splice(at, 1));
  else if (kind === 'cut' && piece.length > 512) pieces[at] = piece.subarray(0, -512);
  else if (kind === 'lengthen') pieces[at] = Buffer.concat([piece, Buffer.alloc(512, dice.pick([0, 1]))]);
  else {
    const where = kind === 'padding' ? piece.length - 1 : kind === 'flip' ? bit : bit % 512;
    piece.writeUInt8((piece[where] ?? 0) ^ (1 << dice.below(8)), where);
    if (kind === 'flip and sum' || where >= 512) sumTarHeader(piece, dice);
    pieces[at] = piece;
  }
  return `tar.${kind}`;
}

function changedTail(dice: Dice, tar: Buffer, tricks: readonly string[]): MadeTar {
  const bytes = dice.pick([
    () => tar.subarray(0, -512),
    () => tar.subarray(0, -1024),
    () => tar.subarray(0, -1),
    () => Buffer.concat([tar, Buffer.from('x')]),
    () => Buffer.concat([tar, Buffer.alloc(512), tar]),
    () => Buffer.concat([tar, Buffer.alloc(dice.below(600))]),
  ])();
  return { bytes, tricks: [...tricks, 'tar.end'] };
}
