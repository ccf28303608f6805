import { endBlocks } from '../archives/build-tar.ts';
import type { Dice } from './dice.ts';
import { makePaths } from './make-content.ts';
import { randomMember, soundMember } from './sound-tar-member.ts';
import { setTarField, sumTarHeader, tarFields } from './tar-fields.ts';
import { tarTricks } from './tar-tricks.ts';

export interface MadeTar {
  readonly bytes: Buffer;
  /** What was done to it that a sound writer would not do; empty of a sound one. */
  readonly tricks: readonly string[];
}

export interface TarToMake {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly changes: number;
  /** The folder that all lies in, with its slash; links are none of an sdist's, which has one. */
  readonly root?: string;
  /** How many members more. */
  readonly most?: number;
}

/**
 * A tar of these files and some more in every form that writers have: ustar, pax, GNU and version 7, each number in each
 * of its spellings. Then, `changes` times, a field is set to what it should not be, or a trick of an attacker is put in.
 */
export function makeTar(dice: Dice, { files, changes, root = '', most = 4 }: TarToMake): MadeTar {
  const pieces: Buffer[] = [];
  for (const [path, data] of files) pieces.push(...soundMember(dice, { path: `${root}${path}`, type: '0', data }));
  for (const path of makePaths(dice, most)) {
    pieces.push(...soundMember(dice, randomMember(dice, `${root}${path}`, root === '')));
  }
  const tricks: string[] = [];
  for (let change = 0; change < changes; change++) tricks.push(changeOne(dice, pieces));
  const tail = dice.chance(0.9) ? endBlocks : Buffer.alloc(dice.pick([1024, 1536, 10_240, 1100]));
  const bytes = Buffer.concat([...pieces, tail]);
  return changes > 0 && dice.chance(0.1) ? changedTail(dice, bytes, tricks) : { bytes, tricks };
}

function changeOne(dice: Dice, pieces: Buffer[]): string {
  const change = dice.pick([
    addTrick,
    addTrick,
    addTrick,
    changeField,
    changeField,
    changeField,
    changeField,
    changePiece,
  ]);
  return change(dice, pieces);
}

function addTrick(dice: Dice, pieces: Buffer[]): string {
  const [name, trick] = dice.pick(tarTricks);
  pieces.splice(dice.below(pieces.length + 1), 0, ...trick(dice).map((bytes) => Buffer.from(bytes)));
  return name;
}

function changeField(dice: Dice, pieces: Buffer[]): string {
  const at = dice.below(pieces.length);
  const piece = Buffer.from(pieces[at] ?? Buffer.alloc(512));
  const field = dice.pick(tarFields);
  setTarField(piece, field, dice.pick(field.values)(dice));
  if (field.name !== 'checksum' && dice.chance(0.97)) sumTarHeader(piece, dice);
  pieces[at] = piece;
  return `tar.${field.name}`;
}

type PieceChange = (dice: Dice, pieces: Buffer[], at: number) => void;

const flip = (dice: Dice, piece: Buffer, where: number): Buffer => {
  const flipped = Buffer.from(piece);
  flipped.writeUInt8((flipped[where] ?? 0) ^ (1 << dice.below(8)), where);
  return flipped;
};

const changed =
  (change: (dice: Dice, piece: Buffer) => Buffer): PieceChange =>
  (dice, pieces, at) => {
    pieces[at] = change(dice, pieces[at] ?? Buffer.alloc(512));
  };

const summed = (dice: Dice, piece: Buffer): Buffer => {
  sumTarHeader(piece, dice);
  return piece;
};

const pieceChanges: readonly [readonly [string, PieceChange], ...(readonly [string, PieceChange])[]] = [
  ['twice', (_, pieces, at) => pieces.splice(at, 0, pieces[at] ?? Buffer.alloc(512))],
  ['swap', (dice, pieces, at) => pieces.splice(dice.below(pieces.length), 0, ...pieces.splice(at, 1))],
  ['cut', changed((_, piece) => (piece.length > 512 ? piece.subarray(0, -512) : piece))],
  ['lengthen', changed((dice, piece) => Buffer.concat([piece, Buffer.alloc(512, dice.pick([0, 1]))]))],
  ['padding', changed((dice, piece) => summed(dice, flip(dice, piece, piece.length - 1)))],
  ['flip', changed((dice, piece) => flip(dice, piece, dice.below(piece.length)))],
  ['flip and sum', changed((dice, piece) => summed(dice, flip(dice, piece, dice.below(512))))],
  ['flip in data', changed((dice, piece) => flip(dice, piece, Math.min(512 + dice.below(99), piece.length - 1)))],
];

function changePiece(dice: Dice, pieces: Buffer[]): string {
  const [name, change] = dice.pick(pieceChanges);
  change(dice, pieces, dice.below(pieces.length));
  return `tar.${name}`;
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
