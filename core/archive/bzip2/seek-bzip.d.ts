/** What of seek-bzip 2.0.0 is used; it has no types of its own. */
declare module 'seek-bzip' {
  /** Reads whole bytes of its stream and hands out bits. */
  interface BitReader {
    /** Bits used of the byte taken last, while `hasByte`. */
    readonly bitOffset: number;
    readonly hasByte: boolean;
    seek(bit: number): void;
  }

  // biome-ignore lint/style/noDefaultExport: a CommonJS module has no other
  export default class Bunzip {
    /** A whole first stream at once, in memory without bounds: for bytes that are trusted. */
    static decode(bytes: Uint8Array): Buffer;
    static readonly Stream: new () => { readByte(): number; seek(byte: number): void };

    /** Reads the four bytes of a stream's header. */
    constructor(input: InstanceType<typeof Bunzip.Stream>);
    readonly reader: BitReader;
    /** How many symbols a block may have: by the stream's header, until it is changed. */
    dbufSize: number;
    /**
     * Reads a block from its marker up to its last symbol, and sorts it; false at the end marker.
     *
     * @throws TypeError with an `errorCode` when the block is bad or has more than `dbufSize` symbols
     */
    _get_next_block(): boolean;
    /** By the last block read: for each place a byte and, above its 8 bits, the place of the next one. */
    readonly dbuf: Uint32Array;
    /** The place of the block's first byte, and how many there are. */
    readonly writePos: number;
    readonly writeCount: number;
    /** The CRC that the block states. */
    readonly targetBlockCRC: number;
  }
}
