import type { Dice } from './dice.ts';
import { setTarField, sumTarHeader, tarFields } from './tar-fields.ts';
import { tarTricks } from './tar-tricks.ts';

/** Changes one thing of a tar's headers, each with its data behind it, and says what. */
export function changeTar(dice: Dice, pieces: Buffer[]): string {
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
