import type { Readable } from 'node:stream';
import { startDigests } from '../../core/names/digest.ts';
import type { Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Received } from '../../core/upstream/download.ts';
import type { UploadLimits } from './upload-limits.ts';

/** Takes files in, within limits for each and for all together. */
export type TakeFile = (bytes: Readable) => Promise<Received>;

/** A way to stage files that come in: each is hashed and counted on its way. What is cut or too much leaves nothing behind. */
export function fileTaker(store: Store, { fileBytes, stagedBytes }: UploadLimits): TakeFile {
  let bytesOfAll = 0;
  return async (stream) => {
    await using held = new AsyncDisposableStack();
    let size = 0;
    held.defer(() => {
      bytesOfAll -= size;
    });
    const staged = held.use(await store.stage());
    const hashing = startDigests();
    for await (const bytes of bytesOf(stream)) {
      size += bytes.length;
      bytesOfAll += bytes.length;
      if (size > fileBytes) throw tooLarge(fileBytes);
      if (bytesOfAll > stagedBytes) throw tooMuch();
      hashing.update(bytes);
      await staged.write(bytes);
    }
    const kept = held.move();
    return { staged, digests: hashing.finish(), [Symbol.asyncDispose]: () => kept.disposeAsync() };
  };
}

/** A stream's chunks, which Node types as anything. Whoever has enough leaves it as it is: its end would be told as an error. */
const bytesOf = (stream: Readable): AsyncIterable<Uint8Array> => stream.iterator({ destroyOnReturn: false });

const tooLarge = (bytes: number): GatehouseError =>
  new GatehouseError('upload.too-large', `the file is larger than ${bytes} bytes`, {
    hint: 'split it: no larger wheel, source distribution or package is read, however it comes',
  });

const tooMuch = (): GatehouseError =>
  new GatehouseError('upload.busy', 'too much is being uploaded at once', { hint: 'try again', retry: true });
