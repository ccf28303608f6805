import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteSource, bytesSource } from '../../core/ports/byte-source.ts';
import type { PutOutcome, StagedObject } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { handleSource } from '../open-file.ts';
import { systemErrorCode } from '../system-error.ts';
import { asBucketError, type Bucket } from './bucket.ts';
import { putInParts, putObject, type Target } from './write-object.ts';

/** Bytes are held here and not in the bucket: a create-only bucket policy lets nothing be copied or renamed. */
export function stageObject(bucket: Bucket): StagedObject {
  const staged = stagedBytes(bucket.scratch);
  let isPublished = false;
  return {
    async write(bytes) {
      if (isPublished) throw new GatehouseError('internal.bug', 'a staged object was written to after its publishing');
      await staged.write(bytes);
    },
    source: () => staged.source(),
    publish(key, metadata, condition = { absent: true }) {
      isPublished = true;
      return asBucketError(`publish ${key}`, () => publish(bucket, staged, { key, metadata, condition }));
    },
    [Symbol.asyncDispose]: () => staged[Symbol.asyncDispose](),
  };
}

async function publish(bucket: Bucket, staged: StagedBytes, target: Target): Promise<PutOutcome> {
  const source = await staged.source();
  if (source.size > bucket.partSize) return putInParts(bucket, target, source);
  return putObject(bucket, target, await source.read(0, source.size));
}

/** Most packages are smaller; 8 MiB for each that is on its way is little. */
const maxStagedBytesInMemory = 8 * 1024 * 1024;

type StagedBytes = Pick<StagedObject, 'write' | 'source'> & AsyncDisposable;

/** Bytes on their way in: few in memory, more in a scratch file, and more than `maxBytes` are `store.too-large`. */
function stagedBytes(maxBytes: number): StagedBytes {
  let size = 0;
  let slices: Uint8Array[] = [];
  let file: FileHandle | null = null;
  return {
    async write(bytes) {
      size += bytes.length;
      if (size > maxBytes) {
        const detail = `more than the ${maxBytes} bytes there is scratch space for`;
        const hint = 'give this machine or function more scratch space';
        throw new GatehouseError('store.too-large', detail, { hint });
      }
      if (file === null && size <= maxStagedBytesInMemory) {
        slices.push(bytes.slice());
        return;
      }
      file ??= await openScratchFile();
      for (const slice of [...slices.splice(0), bytes]) await append(file, slice);
    },
    async source() {
      if (file !== null) return scratchSource(file);
      const joined = Buffer.concat(slices);
      slices = [joined];
      return bytesSource(joined);
    },
    [Symbol.asyncDispose]: async () => file?.close(),
  };
}

/** A file in the system's temporary folder, for this user only; it has no name any more, so a kill leaves nothing. */
const openScratchFile = (): Promise<FileHandle> =>
  asScratchError(async () => {
    const path = join(tmpdir(), `gatehouse-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    return handle;
  });

const append = (file: FileHandle, bytes: Uint8Array): Promise<void> => asScratchError(() => file.appendFile(bytes));

const scratchSource = (file: FileHandle): Promise<ByteSource> =>
  asScratchError(async () => {
    const { size, read } = await handleSource(file);
    return { size, read: (start, end) => asScratchError(() => read(start, end)) };
  });

async function asScratchError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof GatehouseError ? null : systemErrorCode(cause);
    if (code === null) throw cause;
    const hint = 'give it room, or name another folder in TMPDIR';
    throw new GatehouseError('store.broken', `the temporary folder ${tmpdir()} failed (${code})`, { hint, cause });
  }
}
