import { decode } from 'seek-bzip';

/** The first stream, as seek-bzip 2.0.0 decodes it: an oracle in JavaScript. */
export const bunzip2 = (bytes: Uint8Array): Buffer => decode(Buffer.from(bytes));
