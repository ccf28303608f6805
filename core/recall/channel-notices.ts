import { z } from 'zod';
import type { Recall } from '../documents/gate/recalled.ts';
import { canonicalJson } from '../json/json.ts';
import { noticesKey, type ObjectKey } from '../layout/keys.ts';
import { sha256Of } from '../names/digest.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { shownLine } from '../problems/shown-text.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { isDamaged, readJsonObject } from '../store/read-json-object.ts';
import { updateJson } from '../store/update-json.ts';
import { isRecalled } from './note-recall.ts';
import { recalledHere } from './release.ts';

interface NoticesWorld extends ChannelStore {
  readonly clock: Clock;
}

const noticesSchema = z.object({
  notices: z.array(
    z.object({
      id: z.string(),
      message: z.string(),
      level: z.enum(['info', 'warning', 'critical']),
      created_at: z.string(),
      expires_at: z.string(),
      /** What conda reads in the place of `expires_at`: https://github.com/conda/conda/blob/main/conda/notices/types.py */
      expired_at: z.string(),
    }),
  ),
});
type Notices = z.infer<typeof noticesSchema>;

/** So long a recall is told: who installs once a month hears of it. */
const toldForMs = 31 * 24 * 60 * 60 * 1000;
/** conda shows five at most unless its user wants more; beyond, the page of a store says it better. */
const maxNotices = 50;

/**
 * Brings `notices.json` of a channel up to date with what is recalled, the latest first: a function of recalls, control and
 * time. A channel that never had one gets none for nothing: conda takes its absence for no notice.
 *
 * @returns the key where it was written
 */
export async function keepNotices(world: NoticesWorld): Promise<ObjectKey[]> {
  const key = noticesKey(world.channel);
  let written = false;
  await updateJson<Notices, null>(world, { key, read: () => readNotices(key, world.store) }, async (there) => {
    const next = { notices: await noticesNow(world) };
    const isSaid = canonicalJson(next) === canonicalJson(there ?? { notices: [] });
    written = !isSaid;
    return isSaid ? null : next;
  });
  return written ? [key] : [];
}

/** One that is damaged is written anew. */
async function readNotices(key: ObjectKey, store: Store) {
  try {
    return await readJsonObject(store, key, noticesSchema);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const object = await store.get(key);
    return object && { value: { notices: [] }, etag: object.etag };
  }
}

async function noticesNow(world: NoticesWorld): Promise<Notices['notices']> {
  const told = new Map<string, Notices['notices'][number]>();
  for await (const { file, recall } of recalledHere(world)) {
    const isTold = isRecalled(recall) && recall.at + toldForMs > world.clock.now();
    // Files for pip are no channel's.
    if (!isTold || file.kind !== 'package') continue;
    const notice = noticeOf(file.filename, recall);
    told.set(notice.id, notice);
  }
  const latestFirst = [...told.values()].sort((a, b) => (a.created_at + a.id < b.created_at + b.id ? 1 : -1));
  return latestFirst.slice(0, maxNotices);
}

/** About as long as CEP 6 wants a message. */
const maxReason = 200;

function noticeOf(filename: PackageFileName, { at, reason }: Recall): Notices['notices'][number] {
  const { name, version } = packageFileParts(filename);
  const release = `${name} ${version}`;
  const why = shownLine(reason).slice(0, maxReason);
  const until = isoTime(at + toldForMs);
  return {
    id: sha256Of(canonicalJson([release, at])).slice(0, 32),
    message: `${release} was recalled from this channel. Remove it where it is installed. ${why}`,
    level: 'critical',
    created_at: isoTime(at),
    expires_at: until,
    expired_at: until,
  };
}

/** With `+00:00`: Python before 3.11 does not read `Z`. */
const isoTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, '+00:00');
