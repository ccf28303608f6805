import { z } from 'zod';
import { runPython } from '../machine/run-python.ts';

/** What C's bzip2 library makes of one stream; base64. */
export interface LibraryView {
  /** What it gave out. */
  readonly bytes: string;
  /** It read a stream to its end, with each CRC right. `data`: it found it bad; `short`: it asks for more. */
  readonly outcome: 'read' | 'data' | 'short';
}

const viewSchema = z.object({ bytes: z.string(), outcome: z.enum(['read', 'data', 'short']) });

/** It gives bytes out only once a block's symbols have all been read, and before the block's CRC is checked. */
const script = `
import base64, bz2, json, sys
for line in sys.stdin:
    decoder, out, outcome = bz2.BZ2Decompressor(), b'', 'short'
    try:
        out += decoder.decompress(base64.b64decode(json.loads(line)), 1)
        while not decoder.eof and not decoder.needs_input:
            out += decoder.decompress(b'', 65536)
        if decoder.eof: outcome = 'read'
    except OSError:
        outcome = 'data'
    print(json.dumps({'bytes': base64.b64encode(out).decode(), 'outcome': outcome}))
`;

export function libbz2(streams: readonly Uint8Array[]): LibraryView[] {
  const lines = streams.map((bytes) => Buffer.from(bytes).toString('base64'));
  return runPython(script, lines).map((line) => viewSchema.parse(JSON.parse(line)));
}
