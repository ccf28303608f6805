import type { Control, Override } from '../documents/control.ts';
import { sections } from '../forms/form.ts';
import { readIndex } from '../index/read-index.ts';
import { decisionTag } from '../index/state/decision-tag.ts';
import type { IndexLine } from '../index/state/index-line.ts';
import type { IndexRoot } from '../index/state/index-root.ts';
import { stateSource } from '../index/state/state-source.ts';
import { packageKey } from '../layout.ts';
import type { StoredObject } from '../ports/store.ts';
import { isDamaged } from '../read-json-object.ts';
import { readProvenance } from '../read-provenance.ts';
import { storedDigests } from '../stored-digests.ts';
import type { Subdir } from '../subdir.ts';
import { expectPublished } from './expect-published.ts';
import { day, type Garbage, type Guard } from './garbage.ts';
import { keptByName } from './kept-by-name.ts';
import type { PruneWorld } from './prune-world.ts';

interface Decided {
  readonly subdir: Subdir;
  readonly root: IndexRoot;
  readonly control: Control;
  /** Control and root as they were read. */
  readonly guards: readonly Guard[];
}

type Withdrawal = NonNullable<Override['withdrawn']>;

/** Bytes that came a moment ago came for somebody, whose control may not say so yet: a sync decides after it fetched. */
const freshFor = day;

/**
 * The packages that control withdrew and no index shows, fetched by us and still as they were fetched. What a person
 * copied in, or what the index has a problem with, is never one of them. Provenance stays: it says what was served once.
 *
 * A sync may want such a package back while it is pruned. One that looked before the deletion and decides after it
 * brings the package back by name only: the index, which looks at bytes, leaves it out, its proof says so, and the next
 * sync fetches it again. One that decided before it changed the guards. A deletion that stalls between the two is made
 * good by the index run that follows every prune.
 *
 * @throws GatehouseError `state.damaged` or `json.invalid` when an index file is behind the state or damaged
 */
export async function* withdrawnPackages(
  world: PruneWorld,
  { subdir, root, control, guards }: Decided,
): AsyncGenerator<Garbage> {
  const kept = await keptByName(world);
  const served = servedRecords(world, { subdir, root });
  for await (const line of withdrawnLines(world, { subdir, root })) {
    const key = packageKey(world.channel, subdir, line.filename);
    const withdrawn = withdrawalOf(line, control.packages[line.filename] ?? {});
    if (withdrawn === null || kept.has(key)) continue;
    const object = await world.store.get(key);
    if (object === null || (await served())?.has(line.filename)) continue;
    if (await isAsFetched(world, { subdir, line, object })) yield garbage(world, { object, withdrawn, guards });
  }
}

/** What clients read, asked for when the first package is about to go. */
function servedRecords(world: PruneWorld, { subdir, root }: Pick<Decided, 'subdir' | 'root'>) {
  let served: ReturnType<typeof readIndex> | undefined;
  return () => {
    served ??= expectPublished({ ...world, subdir }, root).then(() => readIndex(world.store, world.channel, subdir));
    return served;
  };
}

function garbage(
  { retain }: PruneWorld,
  { object, withdrawn, guards }: { object: StoredObject; withdrawn: Withdrawal; guards: readonly Guard[] },
): Garbage {
  const { key, etag, size, modified } = object;
  const reason = `withdrawn on ${new Date(withdrawn.at).toISOString().slice(0, 10)}: ${withdrawn.reason}`;
  const due = Math.max(withdrawn.at + retain, modified + freshFor);
  return { key, etag, size, modified, kind: 'package', reason, due, guards };
}

/** Only segments that hold such lines are read. */
async function* withdrawnLines(
  world: PruneWorld,
  { subdir, root }: Pick<Decided, 'subdir' | 'root'>,
): AsyncGenerator<IndexLine> {
  const place = { ...world, subdir };
  for (const section of sections) {
    const some = root.sections[section].filter(({ packages, listed, problems }) => packages > listed + problems);
    const source = stateSource(place, { ...root, sections: { ...root.sections, [section]: some } });
    for await (const lines of source.lines(section)) yield* lines.filter(({ kind }) => kind === 'withdrawn');
  }
}

/** The withdrawal that a line was made under, if control still says it. */
function withdrawalOf({ decision }: IndexLine, now: Override): Withdrawal | null {
  return now.withdrawn !== undefined && decision === decisionTag(now) ? now.withdrawn : null;
}

/** Whether the very bytes came from upstream; what cannot be known is not so. */
async function isAsFetched(
  { store, channel }: PruneWorld,
  { subdir, line, object }: { readonly subdir: Subdir; readonly line: IndexLine; readonly object: StoredObject },
): Promise<boolean> {
  const { sha256 } = await storedDigests(object);
  try {
    const entered = await readProvenance(store, { channel, subdir, filename: line.filename }, sha256);
    return entered?.origin.type === 'upstream';
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}
