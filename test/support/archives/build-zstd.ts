/** One zstd frame built by hand; sound unless told otherwise. */
export interface RawFrame {
  blocks?: readonly RawBlock[];
  /** log2 of the window, 10 to 41. */
  windowLog?: number;
  /** Declared in a field of 8 bytes; absent when undefined. */
  contentSize?: number;
  dictionaryId?: number;
  reservedBit?: boolean;
}

export interface RawBlock {
  /** 0 raw, 1 one byte repeated, 2 compressed, 3 reserved. */
  type: 0 | 1 | 2 | 3;
  data: Uint8Array;
  /** The size field when it is not the data's length. */
  size?: number;
}

const block = ({ type, data, size }: RawBlock, last: boolean): Uint8Array => {
  const head = Buffer.alloc(3);
  head.writeUIntLE(((size ?? data.length) << 3) | (type << 1) | (last ? 1 : 0), 0, 3);
  return Buffer.concat([head, data]);
};

export const rawBlock = (text: string): RawBlock => ({ type: 0, data: Buffer.from(text) });

/** `size` zeros in four bytes. */
export const runBlock = (size: number): RawBlock => ({ type: 1, data: new Uint8Array(1), size });

export function buildFrame({ blocks = [], windowLog = 20, contentSize, dictionaryId, reservedBit }: RawFrame) {
  const sizeFlag = contentSize === undefined ? 0 : 0xc0;
  const descriptor = sizeFlag | (dictionaryId === undefined ? 0 : 1) | (reservedBit ? 8 : 0);
  const size = Buffer.alloc(contentSize === undefined ? 0 : 8);
  if (contentSize !== undefined) size.writeBigUInt64LE(BigInt(contentSize));
  const header = [
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, (windowLog - 10) << 3]),
    Buffer.from(dictionaryId === undefined ? [] : [dictionaryId]),
    size,
  ];
  return Buffer.concat([...header, ...blocks.map((raw, i) => block(raw, i === blocks.length - 1))]);
}

/** A frame that decoders step over (RFC 8878, 3.1.2). */
export const skippableFrame = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

/** 30 kB that decode to a gigabyte of zeros. */
export const zstdBomb = () =>
  buildFrame({ blocks: Array.from({ length: 8192 }, () => runBlock(128 * 1024)), windowLog: 17 });
