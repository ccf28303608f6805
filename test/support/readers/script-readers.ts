import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { unpackTar } from 'modern-tar';
import { fromBufferPromise } from 'yauzl';
import { joined } from '../packages/refusal.ts';
import { type SeenMember, sha256Hex } from './seen.ts';

configure({ useWebWorkers: false });

const tarTypes = new Map<string, SeenMember['type']>([
  ['file', 'file'],
  ['directory', 'directory'],
  ['symlink', 'symlink'],
]);

/** What modern-tar sees in a tar. */
export async function modernTar(tar: Uint8Array): Promise<SeenMember[]> {
  const entries = await unpackTar(Uint8Array.from(tar), { strict: true }).catch((error: unknown) => {
    throw new Error(`modern-tar: ${error instanceof Error ? error.message : String(error)}`);
  });
  return entries.map(({ header: { name, type = 'file', linkname = '' }, data = new Uint8Array() }) => {
    const seen = tarTypes.get(type) ?? 'other';
    return {
      path: name,
      type: seen,
      sha256: seen === 'file' ? sha256Hex(data) : '',
      linkTarget: seen === 'symlink' ? linkname : '',
    };
  });
}

/** A member of a ZIP with its bytes. */
export interface ZipContent {
  readonly name: string;
  readonly content: Uint8Array;
}

/** What yauzl sees in a ZIP, by its directory. */
export async function yauzl(zip: Uint8Array): Promise<ZipContent[]> {
  const seen: ZipContent[] = [];
  const file = await fromBufferPromise(Buffer.from(zip));
  for await (const entry of file.eachEntry()) {
    seen.push({ name: entry.fileName, content: await joined(await file.openReadStreamPromise(entry)) });
  }
  return seen;
}

/** What zip.js sees in a ZIP at its strictest, each CRC checked. */
export async function zipJs(zip: Uint8Array): Promise<ZipContent[]> {
  const seen: ZipContent[] = [];
  const reader = new ZipReader(new Uint8ArrayReader(Uint8Array.from(zip)), {
    strictness: 'strict',
    checkSignature: true,
    checkOverlappingEntry: true,
  });
  for (const entry of await reader.getEntries()) {
    const content = entry.directory ? new Uint8Array() : await entry.getData(new Uint8ArrayWriter());
    seen.push({ name: entry.filename, content });
  }
  await reader.close();
  return seen;
}
