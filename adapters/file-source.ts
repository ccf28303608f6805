import { close, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import type { ByteSource } from '../core/byte-source.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(fstat);
const readFile = promisify(read);

export interface FileSource extends ByteSource {
  /** Closes the file at once; without it, it is closed when nobody holds the source any more. */
  close(): Promise<void>;
}

interface OpenFile {
  readonly descriptor: number;
}

const abandoned = new FinalizationRegistry((descriptor: number) => close(descriptor));
/** Holds the files that are being read, so that none is closed meanwhile. */
const reads = new Set<{ readonly file: OpenFile }>();

/** A file's bytes by ranges: of the same file even when another is renamed into its place. Null when there is none. */
export async function openFileSource(path: string): Promise<FileSource | null> {
  const descriptor = await openFile(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (descriptor === null) return null;
  const file = { descriptor };
  abandoned.register(file, descriptor, file);
  const { size } = await statFile(descriptor);
  return {
    size,
    read: (start, end) => readExactly(file, start, end),
    async close() {
      abandoned.unregister(file);
      await closeFile(descriptor);
    },
  };
}

async function readExactly(file: OpenFile, start: number, end: number): Promise<Uint8Array> {
  const use = { file };
  reads.add(use);
  try {
    const bytes = Buffer.alloc(end - start);
    for (let filled = 0; filled < bytes.length; ) {
      const { bytesRead } = await readFile(file.descriptor, bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw new RangeError(`no bytes ${start}-${end}`);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    reads.delete(use);
  }
}
