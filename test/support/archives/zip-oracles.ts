import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { fromBufferPromise } from 'yauzl';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { runPython } from '../machine/run-python.ts';
import { joined } from '../packages/refusal.ts';
import { type Listing, listed } from './tar-oracles.ts';

const script = `
import base64, io, json, sys, zipfile
def listing(data):
    seen = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                seen.append([info.filename, archive.read(info).decode('latin1')])
    except Exception:
        pass
    return seen
for line in sys.stdin:
    print(json.dumps(listing(base64.b64decode(json.loads(line)))))
`;

const listingSchema = z.array(z.tuple([z.string(), z.string()]));
const plain = (name: string): string => name.replace(/^\.\//, '');

/** Python's zipfile, which conda's own reader is made of; all in one process. */
export function pythonZips(zips: readonly Uint8Array[]): Listing[] {
  const lines = runPython(
    script,
    zips.map((zip) => Buffer.from(zip).toString('base64')),
  );
  const parsed = lines.map((line) => parseJson(line, listingSchema, 'a line of the oracle'));
  return parsed.map((seen) => seen.map(([name, content]) => listed(plain(name), content)));
}

/** yauzl, from the central directory; what it lists before it fails counts. */
export async function yauzlZip(zip: Uint8Array): Promise<Listing> {
  const seen: string[] = [];
  try {
    const file = await fromBufferPromise(Buffer.from(zip));
    for await (const entry of file.eachEntry()) {
      const content = await joined(await file.openReadStreamPromise(entry));
      seen.push(listed(plain(entry.fileName), content.toString('latin1')));
    }
  } catch {
    return seen;
  }
  return seen;
}

/** zip.js at its most tolerant; what it lists before it fails counts. */
export async function zipJs(zip: Uint8Array): Promise<Listing> {
  const seen: string[] = [];
  const reader = new ZipReader(new Uint8ArrayReader(Uint8Array.from(zip)), { strictness: 'tolerant' });
  try {
    for (const entry of await reader.getEntries()) {
      const content = entry.directory ? new Uint8Array() : await entry.getData(new Uint8ArrayWriter());
      seen.push(listed(plain(entry.filename), Buffer.from(content).toString('latin1')));
    }
  } catch {
    return seen;
  }
  return seen;
}
