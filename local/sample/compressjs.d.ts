/** The part that is used; the library has no types of its own. */
declare module 'compressjs' {
  const compressjs: {
    readonly Bzip2: {
      /** The bytes as one bzip2 stream; `level` 1 to 9 is the block size in 100 kB. */
      compressFile(input: Uint8Array, output: undefined, level: number): Uint8Array;
    };
  };
  export = compressjs;
}
