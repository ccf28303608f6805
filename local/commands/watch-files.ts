import { watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scheduler } from 'node:timers/promises';

/** Editors make several events of one saving, and programs write a file in parts. */
const quietMs = 50;

/**
 * Notes how a file is now, and what is in the folder that goes with it, if there is one. What comes back calls `changed`
 * whenever either has become another since, one call at a time, until the signal aborts; a file that goes away is waited
 * for. Editors replace a file rather than write to it: so folders are watched. A folder has events for its other files
 * too: so each event only makes us compare. Rejects with the watcher's own error when the file's folder can be watched
 * no longer.
 */
export async function watchFiles(
  file: string,
  folder: string,
): Promise<(signal: AbortSignal, changed: () => Promise<void>) => Promise<void>> {
  let noted = await stampOf(file, folder);
  return async (signal, changed) => {
    let event = Promise.withResolvers<void>();
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {}); // may come while nobody waits: the next wait meets it
    const wake = () => event.resolve();
    signal.addEventListener('abort', wake);
    watch(dirname(file), { signal }, wake).on('error', broken.reject);
    const watchFolder = folderWatch(folder, signal, wake);
    while (!signal.aborted) {
      event = Promise.withResolvers();
      await watchFolder();
      const now = await stampOf(file, folder);
      if (now !== null && now !== noted) {
        noted = now;
        await changed();
      }
      await Promise.race([event.promise, broken.promise]);
      await scheduler.wait(quietMs);
    }
  };
}

/** Watches the folder that is there now, which may be another one under the same name. */
function folderWatch(folder: string, signal: AbortSignal, wake: () => void): () => Promise<void> {
  let watched: string | null = null;
  let stop = new AbortController();
  return async () => {
    const found = await stat(folder, { bigint: true }).catch(() => null);
    const now = found && `${found.ino} ${found.birthtimeNs}`;
    if (now === watched) return;
    stop.abort();
    stop = new AbortController();
    watched = now;
    const lost = () => {
      watched = null;
      wake();
    };
    try {
      if (now !== null) watch(folder, { signal: AbortSignal.any([signal, stop.signal]) }, wake).on('error', lost);
    } catch {
      lost();
    }
  };
}

/** Null when the file is not there. */
async function stampOf(file: string, folder: string): Promise<string | null> {
  const own = await stampOfOne(file);
  const names = await readdir(folder).catch(() => []);
  const others = await Promise.all(names.sort().map(async (name) => `${name} ${await stampOfOne(join(folder, name))}`));
  return own && [own, ...others].join('\n');
}

async function stampOfOne(file: string): Promise<string | null> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found && `${found.ino} ${found.mtimeNs} ${found.size}`;
}
