import { crc32 } from 'node:zlib';
import { extraField, zip64Extra } from '../archives/build-zip.ts';
import type { Dice } from './dice.ts';

const unicodePath = (name: Uint8Array, says: Uint8Array) => {
  const head = Buffer.alloc(5, 1);
  head.writeUInt32LE(crc32(name), 1);
  return extraField(0x7075, Buffer.concat([head, says]));
};

/** Extra fields that real writers leave, each once or not at all. */
export function soundExtra(dice: Dice, name: Uint8Array): Uint8Array {
  const fields = [
    extraField(0x5455, Buffer.from([1, 0, 0, 0, 0])),
    extraField(0x7875, Buffer.from([1, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0])),
    extraField(0x000a, Buffer.alloc(32)),
    extraField(0xcafe, Buffer.alloc(0)),
    unicodePath(name, name),
  ];
  return Buffer.concat(fields.filter(() => dice.chance(0.06)));
}

/** Extra fields by which one reader can be led elsewhere than another. */
export function oddExtra(dice: Dice, name: Uint8Array): Uint8Array {
  return dice.pick([
    () => unicodePath(name, Buffer.from('evil')),
    () => unicodePath(Buffer.from('x'), name),
    () => extraField(0x7075, Buffer.from([1, 2])),
    () => extraField(0x7075, Buffer.concat([Buffer.alloc(5), name])),
    () => extraField(0x6375, Buffer.alloc(5)),
    () => zip64Extra(),
    () => zip64Extra(dice.below(99)),
    () => zip64Extra(0, 0),
    () => zip64Extra(0, 0, 0),
    () => zip64Extra(5, 5, 0),
    () => Buffer.concat([zip64Extra(1, 1), zip64Extra(2, 2)]),
    () => extraField(1, Buffer.alloc(28)),
    () => extraField(1, Buffer.alloc(dice.below(40))),
    () => extraField(0x9901, Buffer.from([2, 0, 0x41, 0x45, 3, 0, 0])),
    () => extraField(0x5455, Buffer.alloc(0)),
    () => extraField(0x5455, Buffer.from([7])),
    () => extraField(0x000a, Buffer.from([0, 0, 0, 0, 1, 0, 99, 0])),
    () => extraField(0x7855, Buffer.alloc(4)),
    () => extraField(0x7875, Buffer.from([1, 200, 0])),
    () => extraField(0x0017, Buffer.alloc(8)),
    () => extraField(0x0065, Buffer.alloc(4)),
    () => extraField(0xa11e, Buffer.alloc(2)),
    () => extraField(0x1986, Buffer.alloc(10)),
    () => Buffer.from([1]),
    () => Buffer.from([1, 0, 9, 0]),
    () => Buffer.concat([extraField(0xcafe, Buffer.alloc(3)), Buffer.alloc(3)]),
    () => Buffer.alloc(4),
    () => dice.bytes(dice.below(30)),
  ])();
}
