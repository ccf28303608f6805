import { stagingFolder } from '../core/layout/keys.ts';
import { type Side, stagedPath } from '../core/layout/sides.ts';
import { stagedLog, stagedText } from '../core/store/staged-telling.ts';
import { stagingStore } from '../core/store/staging-store.ts';
import type { Telemetry } from './telemetry.ts';
import type { CloudWorld, IndexerWorld, SweeperWorld } from './world.ts';

type HalfWorld = CloudWorld & Partial<Pick<IndexerWorld, 'invalidate'> & Pick<SweeperWorld, 'purge'>>;

/**
 * The world of a function that works on one half of its bucket. Staging looks like a bucket of its own from there, and what
 * is done to it is told, and invalidated, by the places that its things have in the whole one.
 */
export function worldOf<World extends HalfWorld>(side: Side, world: World): World {
  if (side === 'channel') return world;
  const { store, telemetry, invalidate: send, purge: sendFiles } = world;
  const onStaging = (paths: readonly string[]) => paths.map((path) => `/${stagingFolder}${path}`);
  const invalidate = send && ((paths: readonly string[]) => send(onStaging(paths)));
  const purge = sendFiles && ((paths: readonly string[], name: string) => sendFiles(onStaging(paths), name));
  const told = { telemetry: ofStaging(telemetry), ...(send && { invalidate }), ...(sendFiles && { purge }) };
  return { ...world, store: stagingStore(store), ...told };
}

function ofStaging(telemetry: Telemetry): Telemetry {
  const { note, warn, failed } = telemetry;
  return {
    ...telemetry,
    log: stagedLog(telemetry.log),
    note: (message, facts) => note(message, placed(facts)),
    warn: (message, facts) => warn(message, placed(facts)),
    failed: (what, error) => failed(`${what} (${stagingFolder})`, error),
  };
}

type Facts = Parameters<Telemetry['warn']>[1];

/** Facts of which some are places, or sentences with places in them. */
function placed(facts: Facts): Facts {
  const told = Object.entries(facts).map(([name, fact]): [string, unknown] => {
    if (typeof fact !== 'string') return [name, fact];
    return [name, name === 'key' || name === 'subject' ? stagedPath(fact) : stagedText(fact)];
  });
  return Object.fromEntries(told);
}
