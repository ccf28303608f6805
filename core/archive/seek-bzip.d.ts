declare module 'seek-bzip' {
  export interface BitReader {
    readonly bitOffset: number;
    readonly hasByte: boolean;
    seek(bit: number): void;
    read(bits: number): number;
  }
  export interface Input {
    read(into: Uint8Array, offset: number, length: number): number;
    readByte(): number;
    seek(byte: number): void;
  }
  /** The parts of seek-bzip 2.0.0 that decode one block at a time; it has no types of its own. */
  // biome-ignore lint/style/noDefaultExport: a CommonJS module has no other
  export default class Bunzip {
    /** A whole first stream at once: for bytes that are trusted. */
    static decode(bytes: Uint8Array): Uint8Array;
    constructor(input: Input, output: { writeByte(byte: number): void });
    readonly reader: BitReader;
    /** All block CRCs read so far, combined as the stream's own CRC is. */
    streamCRC: number;
    /** How many symbols a block may have: by the stream's header, until it is changed. */
    dbufSize: number;
    /** Reads the next block's header and data; false at the end-of-stream marker. */
    _init_block(): boolean;
    /** Turns the block out; throws when its CRC does not match. */
    _read_bunzip(): number;
  }
}
