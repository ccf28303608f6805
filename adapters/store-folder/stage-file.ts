import type { ByteSource } from '../../core/byte-source.ts';
import { GatehouseError } from '../../core/error.ts';
import type { StagedObject } from '../../core/ports/store.ts';
import { asStoreError } from './fs-error.ts';
import type { IncomingFile } from './incoming.ts';
import { readFully } from './read-fully.ts';

/** A staged object over a file on its way in; `publish` gives it its name. */
export function stageFile(file: IncomingFile, publish: StagedObject['publish']): StagedObject {
  let published = false;
  return {
    async write(bytes) {
      // The published name is the same file: a late write would change what was checked.
      if (published) throw new GatehouseError('internal.bug', 'a staged object was written to after its publishing');
      await asStoreError('write what comes in', () => file.handle.appendFile(bytes));
    },
    source: () => asStoreError('read what came in', () => sourceOf(file)),
    async publish(...what) {
      published = true;
      return publish(...what);
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

async function sourceOf({ handle }: IncomingFile): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    size,
    read: (start, end) => asStoreError('read what came in', () => readFully(handle.fd, { start, end }, size)),
  };
}
