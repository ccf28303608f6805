import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { type LastSync, syncBeatMs } from '../../core/documents/last-sync.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { lastSyncKey } from '../../core/layout/keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import type { Event, Log } from '../../core/ports/log.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { problemOf } from '../../core/problems/problem.ts';
import type { World } from '../world/open-world.ts';
import { expectDeployed, toKeep } from './expect-deployed.ts';
import { type SyncOptions, type SyncReport, sync, syncProblems } from './sync.ts';

/**
 * A sync as a person runs it: it writes down for `gatehouse status` how far it is and what came of it, and it does not put
 * another allowlist in the place of a deployed one unless it is told to.
 *
 * @throws GatehouseError `sync.deployed`, and as {@link sync}
 */
export async function recordedSync(
  allowlist: Allowlist,
  world: World,
  log: Log,
  { written, yes = false }: Required<Pick<SyncOptions, 'written'>> & Pick<SyncOptions, 'yes'>,
): Promise<SyncReport> {
  const by = { allowlist, written, patches: world.patches };
  if (!yes) await expectDeployed(by, world.store, 'gatehouse sync --yes goes by these here all the same');
  const kept = await toKeep(by, world.store);
  await using record = await beginRecord(kept, world);
  try {
    const report = await sync(allowlist, world, (event) => log(record.noted(event)), { written: kept, yes });
    await record.end(report);
    return report;
  } catch (error) {
    await record.fail(error);
    throw error;
  }
}

/** @param written the allowlist that it goes by */
async function beginRecord(written: Uint8Array, { store, clock }: World) {
  const startedAt = clock.now();
  let sync: LastSync = {
    ...{ version: 1, allowlist: sha256Of(written), startedAt, seenAt: startedAt },
    ...{ stage: 'planning', files: null, outcome: null, error: null },
  };
  let writing: Promise<unknown> = Promise.resolve();
  const write = (more: Partial<LastSync> = {}) => {
    sync = { ...sync, ...more, seenAt: clock.now() };
    // One after the other, or an older state might be written over a newer one.
    writing = writing.catch(() => undefined).then(() => store.put(lastSyncKey, Buffer.from(canonicalJson(sync))));
    return writing;
  };
  await write();
  // What cannot be written now may be later; the sync itself finds out what is wrong with the store.
  const beat = setInterval(() => void write().catch(() => undefined), syncBeatMs);
  return {
    /** Takes from an event how far the sync is. */
    noted(event: Event): Event {
      const { stage } = sync;
      sync = { ...sync, ...progressOf(event, sync) };
      if (sync.stage !== stage) void write().catch(() => undefined);
      return event;
    },
    end: (report: SyncReport) => write({ stage: 'ended', outcome: outcomeOf(report) }),
    async fail(error: unknown): Promise<void> {
      const told = error instanceof GatehouseError ? error : new GatehouseError('internal.bug', String(error));
      await write({ stage: 'ended', error: problemOf(told, 'the sync') }).catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      await writing.catch(() => undefined);
    },
  };
}

function progressOf(event: Event, { files }: LastSync): Partial<LastSync> {
  switch (event.type) {
    case 'plan.ready':
      return { stage: 'fetching', files: { come: 0, of: event.add } };
    case 'fetch.done':
      return { files: files && { ...files, come: Math.min(files.come + 1, files.of) } };
    case 'index.written':
    case 'index.project':
      return { stage: 'indexing' };
    case 'prove.entry':
      return { stage: 'proving' };
    default:
      return {};
  }
}

function outcomeOf(report: SyncReport): LastSync['outcome'] {
  const { fetched, applied, plan, held } = report;
  return {
    fetched: fetched.length,
    changed: applied.changed.length,
    dropped: applied.dropped.length,
    problems: syncProblems(report),
    held: held.filter(({ code }) => code.startsWith('gate.')),
    waiting: plan.waiting,
  };
}
