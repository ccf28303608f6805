import { channelPlace } from '../../core/layout/channel-place.ts';
import { indexKey, type ObjectKey, projectPageKey } from '../../core/layout/keys.ts';
import { simplePlace } from '../../core/layout/simple-place.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Store } from '../../core/ports/store.ts';
import type { Problem } from '../../core/problems/problem.ts';

/** The stack's indexer waits half a minute for more events, and may then be at work on others. */
const patienceMs = 180_000;
const pauseMs = 3000;

/**
 * Waits until files are listed by whoever indexes the store, for a publisher that may not: until clients find them.
 *
 * @param files keys of packages and of files for pip
 * @returns those that are not after three minutes
 */
export async function awaitListed(
  files: readonly ObjectKey[],
  { store, clock, log }: { readonly store: Store; readonly clock: Clock; readonly log: Log },
): Promise<Problem[]> {
  log({ type: 'publish.waiting', files: files.length });
  const deadline = clock.now() + patienceMs;
  for (let missing = files; ; await clock.sleep(pauseMs)) {
    missing = await unlisted(missing, store);
    if (missing.length === 0 || clock.now() >= deadline) return missing.map(lateProblem);
  }
}

async function unlisted(files: readonly ObjectKey[], store: Store): Promise<ObjectKey[]> {
  const byIndex = Map.groupBy(files, indexOf);
  const missing: ObjectKey[] = [];
  for (const [index, own] of byIndex) {
    const bytes = Buffer.from((await store.read(index))?.bytes ?? []);
    missing.push(...own.filter((key) => !bytes.includes(JSON.stringify(key.slice(key.lastIndexOf('/') + 1)))));
  }
  return missing;
}

/** The document that lists a file. */
function indexOf(key: ObjectKey): ObjectKey {
  const file = simplePlace(key);
  if (key.startsWith('simple/') && file.kind === 'file') return projectPageKey(file.project, 'index.json');
  const place = channelPlace(key);
  if (place.kind === 'package') return indexKey('conda', place.subdir, 'repodata.json');
  throw new Error(`${key} is listed nowhere`);
}

const lateProblem = (key: ObjectKey): Problem => ({
  code: 'publish.unlisted',
  subject: key,
  detail: 'lies in the bucket, and is not listed yet; these credentials may not list it themselves',
  hint: 'run the same command again: the indexer of a stack lists it, and its log says if it cannot',
});
