import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { scheduler } from 'node:timers/promises';

/** Editors make several events of one saving, and programs write a file in parts; milliseconds. */
const settledAfterMs = 50;

/**
 * Notes how a file is now. What comes back calls `changed` whenever it has become another since, one call at a time,
 * until the signal aborts; a file that goes away is waited for. The folder is watched, since editors replace a file
 * rather than write to it, and since a folder tells of its other files too, each event only makes it look. Rejects with
 * the watcher's own error when the folder can be watched no longer.
 */
export async function noteFile(
  file: string,
): Promise<(signal: AbortSignal, changed: () => Promise<void>) => Promise<void>> {
  let noted = await stampOf(file);
  return async (signal, changed) => {
    let event = Promise.withResolvers<void>();
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {}); // may come while nobody waits: the next wait meets it
    const wake = () => event.resolve();
    signal.addEventListener('abort', wake);
    watch(dirname(file), { signal }, wake).on('error', broken.reject);
    while (!signal.aborted) {
      event = Promise.withResolvers();
      const now = await stampOf(file);
      if (now !== null && now !== noted) {
        noted = now;
        await changed();
      }
      await Promise.race([event.promise, broken.promise]);
      await scheduler.wait(settledAfterMs);
    }
  };
}

async function stampOf(file: string): Promise<string | null> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found && `${found.ino} ${found.mtimeNs} ${found.size}`;
}
