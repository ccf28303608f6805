import type { Dice } from './dice.ts';

type Spelling = (field: TarField, block: Buffer) => Uint8Array;

/** A field of a tar header block (POSIX ustar; GNU's has the same places). */
export interface TarField {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Ways to write the number that it holds. */
  readonly spellings: readonly [Spelling, ...Spelling[]] | null;
  /** What nobody would write there. */
  readonly values: readonly [(dice: Dice) => Uint8Array, ...((dice: Dice) => Uint8Array)[]];
}

const numberIn = ({ from, to }: TarField, block: Buffer): number =>
  Number.parseInt(block.toString('latin1', from, to).replaceAll('\0', ' ').trim() || '0', 8) || 0;

const widthOf = ({ from, to }: TarField): number => to - from;
const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');

const octalSpellings: readonly [Spelling, ...Spelling[]] = [
  (field, block) =>
    text(
      `${numberIn(field, block)
        .toString(8)
        .padStart(widthOf(field) - 1, '0')}\0`,
    ),
  (field, block) =>
    text(
      `${numberIn(field, block)
        .toString(8)
        .padStart(widthOf(field) - 1, '0')} `,
    ),
  (field, block) =>
    text(
      `${numberIn(field, block)
        .toString(8)
        .padStart(widthOf(field) - 2, '0')} \0`,
    ),
  (field, block) =>
    text(
      `${numberIn(field, block)
        .toString(8)
        .padStart(widthOf(field) - 1, ' ')}\0`,
    ),
  (field, block) => text(numberIn(field, block).toString(8).padStart(widthOf(field), '0')),
  (field, block) => text(numberIn(field, block).toString(8).padEnd(widthOf(field), '\0')),
  (field, block) => text(numberIn(field, block).toString(8).padEnd(widthOf(field), ' ')),
];

const binary: Spelling = (field, block) => {
  const bytes = Buffer.alloc(widthOf(field));
  bytes.writeUInt32BE(numberIn(field, block), bytes.length - 4);
  bytes.writeUInt8(0x80, 0);
  return bytes;
};

const constant = (value: string | Uint8Array) => () => (typeof value === 'string' ? text(value) : value);

const oddNumbers: TarField['values'] = [
  (dice) => text(dice.below(4096).toString(8).padStart(7, '0')),
  constant('0000000'),
  constant('0000001'),
  constant('0001000'),
  constant('0002000'),
  constant('7777777'),
  constant(''),
  constant('-1'),
  constant('+1'),
  constant('1\x002'),
  constant('1 2'),
  constant('\t1'),
  constant('1\n'),
  constant('0o17'),
  constant('1_0'),
  constant('8'),
  constant('x'),
  constant('\u00ff'),
  constant(Buffer.alloc(12, 0xff)),
  constant(Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 1])),
  constant(Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0])),
  constant(Buffer.from([0x81, 0, 0, 0, 0, 0, 0, 1])),
  constant(Buffer.from([0xc0, 1, 2, 3, 4, 5, 6, 7])),
  constant(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0])),
];

const oddTexts: TarField['values'] = [
  constant('lib/other'),
  constant('a'),
  constant(''),
  constant('a\0b'),
  constant('./x'),
  constant('x/'),
  constant('x//y'),
  constant('/abs'),
  constant('../up'),
  constant('C:x'),
  constant('a\\b'),
  constant(' '),
  constant('x '),
  constant('x.'),
  constant('con'),
  constant('a:b'),
  constant('a*?"<>|'),
  constant('\u00ff'),
  constant('n'.repeat(200)),
  constant(Buffer.from('e\u0301')),
  constant(Buffer.from('\u00e9')),
  constant(Buffer.from('\ufeffx')),
  constant(Buffer.from('\u202ex')),
  constant('LIB/A.PY'),
  constant('info/index.json'),
];

const field = (name: string, from: number, to: number, kind: 'number' | 'binary' | 'text' = 'text'): TarField => ({
  name,
  from,
  to,
  spellings: kind === 'text' ? null : kind === 'binary' ? [...octalSpellings, binary] : octalSpellings,
  values: kind === 'text' ? oddTexts : oddNumbers,
});

const oddTypes = [...'0125', ...'346789gxXLKSDNVMA', '\0', ' ', '\u00ff'].map(constant);
const oddMagics = [
  'ustar\u000000',
  'ustar  \0',
  'ustar\0\0\0',
  'ustar\u000001',
  'ustar   ',
  'USTAR\u000000',
  '\0',
  'x',
];

export const tarFields: readonly [TarField, ...TarField[]] = [
  field('name', 0, 100),
  field('mode', 100, 108, 'number'),
  field('uid', 108, 116, 'binary'),
  field('gid', 116, 124, 'binary'),
  field('size', 124, 136, 'number'),
  field('mtime', 136, 148, 'binary'),
  field('checksum', 148, 156, 'number'),
  { ...field('type', 156, 157), values: [constant('0'), ...oddTypes] },
  field('linkname', 157, 257),
  { ...field('magic', 257, 265), values: [constant(''), ...oddMagics.map(constant)] },
  field('uname', 265, 297),
  field('gname', 297, 329),
  { ...field('devmajor', 329, 337), values: oddNumbers },
  { ...field('devminor', 337, 345), values: oddNumbers },
  field('prefix', 345, 500),
  field('rest', 500, 512),
];

export function setTarField(block: Buffer, { from, to }: TarField, value: Uint8Array): void {
  block.fill(0, from, to);
  block.set(value.subarray(0, to - from), from);
}

/** Puts the checksum in, in one of its spellings. */
export function sumTarHeader(block: Buffer, dice: Dice): void {
  block.fill(0x20, 148, 156);
  const sum = block.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  const digits = sum.toString(8);
  const spelled = dice.chance(0.8)
    ? `${digits.padStart(6, '0')}\0 `
    : dice.pick([`${digits.padStart(7, '0')}\0`, `${digits.padStart(6, ' ')}\0 `, digits.padEnd(8, '\0')]);
  block.write(spelled.padEnd(8, '\0'), 148, 'latin1');
}

/** The numbers that a header holds, now and then one in another of the ways in which writers have it. */
export function respellNumbers(dice: Dice, block: Buffer): void {
  for (const field of tarFields) {
    if (field.spellings && dice.chance(0.15)) setTarField(block, field, dice.pick(field.spellings)(field, block));
  }
}
