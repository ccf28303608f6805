import { unpackTar } from 'modern-tar';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { runPython } from '../machine/run-python.ts';

/** What a reader sees: `path` and, of a file, its content in latin1. Null when it reads nothing. */
export type Listing = readonly string[];

export const listed = (path: string, content: string | null): string => JSON.stringify([path, content]);

/** A name as we would spell it, so that listings can be compared. */
const plain = (name: string): string => name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');

const script = `
import base64, io, json, sys, tarfile
def listing(data):
    seen = []
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                content = tar.extractfile(member).read().decode('latin1') if member.isreg() else None
                seen.append([member.name, content])
    except Exception:
        pass
    return seen
for line in sys.stdin:
    print(json.dumps(listing(base64.b64decode(json.loads(line)))))
`;

const listingSchema = z.array(z.tuple([z.string(), z.string().nullable()]));

const asListing = (seen: z.infer<typeof listingSchema>): Listing =>
  seen.filter(([name]) => !['', '.'].includes(plain(name))).map(([name, content]) => listed(plain(name), content));

/** Python's tarfile, which conda's own reader is made of; all in one process. */
export function pythonTars(tars: readonly Uint8Array[]): Listing[] {
  const lines = runPython(
    script,
    tars.map((tar) => Buffer.from(tar).toString('base64')),
  );
  return lines.map((line) => asListing(parseJson(line, listingSchema, 'a line of the oracle')));
}

/** modern-tar, the best of the JavaScript readers; an archive it refuses lists nothing. */
export async function modernTar(tar: Uint8Array): Promise<Listing> {
  const entries = await unpackTar(Uint8Array.from(tar)).catch(() => []);
  const content = (data: Uint8Array | undefined) => (data === undefined ? null : Buffer.from(data).toString('latin1'));
  return asListing(entries.map(({ header, data }) => [header.name, header.type === 'file' ? content(data) : null]));
}
