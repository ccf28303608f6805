/** Only what the bzip2 oracle uses; the library has no types of its own. */
declare module 'seek-bzip' {
  export function decode(bytes: Uint8Array): Buffer;
}
