import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createZstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { decodeBzip2 } from '../core/archive/bzip2/decode-bzip2.ts';
import { turnedOut } from '../core/archive/decode-through.ts';
import { openZip } from '../core/archive/zip/open-zip.ts';
import { contentsChecks } from '../core/gate/judge/checks.ts';
import { parseJson } from '../core/json/json.ts';
import { bytesSource, chunksOf } from '../core/ports/byte-source.ts';
import { peakMemoryBytes } from '../test/support/machine/peak-memory.ts';
import { ourReading } from '../test/support/readers/our-reading.ts';

// Reads each file of a list, and prints what that cost in processor time and memory: node gate-one.ts gate|floor LIST

const ignore = (): void => {};
const asked = contentsChecks.filter(({ id }) => /^[ABD]\d/.test(id));

/** Decompressed and hashed, and nothing else. */
async function hashOnly(bytes: Uint8Array, isConda: boolean): Promise<void> {
  createHash('sha256').update(bytes).digest();
  const source = bytesSource(bytes);
  if (!isConda) return await hash(decodeBzip2(chunksOf(source), ignore, ignore));
  for (const { name, open } of await openZip(source, ignore)) {
    await hash(name.endsWith('.zst') ? turnedOut(open(), createZstdDecompress()) : open());
  }
}

async function hash(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const sha256 = createHash('sha256');
  for await (const chunk of chunks) sha256.update(chunk);
  sha256.digest();
}

const [mode, list] = z.tuple([z.enum(['gate', 'floor']), z.string()]).parse(process.argv.slice(2));
const paths = parseJson(readFileSync(list, 'utf8'), z.array(z.string()), list);
const start = process.cpuUsage();
for (const path of paths) {
  const bytes = readFileSync(path);
  const isConda = path.endsWith('.conda');
  const id = path.split('/').slice(-2).join('/');
  if (mode === 'floor') await hashOnly(bytes, isConda);
  else await ourReading({ kind: isConda ? 'conda' : 'tar.bz2', id, bytes }, asked);
}
const { user, system } = process.cpuUsage(start);
console.log(JSON.stringify({ cpu: (user + system) / 1e6, peak: peakMemoryBytes() }));
