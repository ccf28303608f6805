import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, parseJson } from '../../core/json/json.ts';
import type { ObjectKey } from '../../core/layout/keys.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Store } from '../../core/ports/store.ts';
import { type Bucket, type Fault, memoryStore, type StoreOperation } from '../twins/store-memory.ts';
import type { Faults, Scenario } from './scenario.ts';
import { type Actor, never, type Timeline } from './timeline.ts';

/** What becomes of one call: it works when there is none. */
type Fate = Fault | 'crash' | undefined;
export type Fates = (operation: StoreOperation, key: string, actor: Actor) => Fate;

/** A bucket and the time it lives in, as actors reach them. */
export interface Reached {
  readonly scenario: Pick<Scenario, 'pageSize' | 'skew' | 'faults'>;
  readonly time: Timeline;
  readonly bucket: Bucket;
  /** Whether it is a state that rivals write. */
  readonly isState: (key: string) => boolean;
}

/** S3's tag of an object that was put whole. */
export const md5Tag = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

interface ClientOptions {
  readonly fates?: Fates;
  /** Share of calls that take up to half a second. */
  readonly stall?: number;
  /** Share of reads of a state right before which somebody else writes it. */
  readonly rivals?: number;
  /** Called right before a call takes effect. */
  readonly turn?: () => void;
}

/** The bucket as one actor reaches it, over a line on which calls take time and fail. */
export function clientOf(
  world: Reached,
  actor: Actor,
  { fates, stall = 0, rivals = 0, turn }: ClientOptions = {},
): Store {
  const latency = () => actor.random() * (actor.random() < stall ? 500 : 10);
  let fate: Fate;
  return memoryStore(
    {
      before(operation, key) {
        fate = fates?.(operation, key, actor);
        if (fate === 'crash') world.time.crash(actor);
        if (actor.state === 'crashed') return never;
        // Nobody else sees these: they need no turn of their own.
        if (operation === 'stage' || operation === 'write') return;
        const waited = world.time.wait(actor, latency());
        const isOvertaken = rivals > 0 && operation.startsWith('read') && world.isState(key) && actor.random() < rivals;
        return isOvertaken ? waited.then(() => rewriteState(world, objectKeySchema.parse(key))) : waited;
      },
      fault: () => {
        turn?.();
        return fate === 'crash' ? undefined : fate;
      },
      pageSize: world.scenario.pageSize,
    },
    world.bucket,
  );
}

const revised = z.looseObject({ revision: z.int() });

/** What a rival does that has nothing to say: the state is the same, but for its revision and so its tag. */
async function rewriteState({ bucket }: Reached, key: ObjectKey): Promise<void> {
  const there = bucket.objects.get(key);
  if (there === undefined) return;
  const state = parseJson(Buffer.from(there.bytes).toString('utf8'), revised, key);
  const bytes = Buffer.from(canonicalJson({ ...state, revision: state.revision + 1 }));
  await memoryStore({}, bucket).put(key, bytes, { etag: there.etag });
}

/** Faults by chance. */
export function randomFates({ faults }: Pick<Scenario, 'faults'>): Fates {
  return (operation, _key, { random }) => {
    const [chance, written] = [random(), random()];
    if (chance < faults.crash) return 'crash';
    if (chance < faults.crash + faults.broken) return 'broken';
    return chosen(operation, written, faults);
  };
}

function chosen(operation: StoreOperation, chance: number, { ambiguous, conflict }: Faults): Fate {
  const conditional = operation === 'put' || operation === 'publish';
  if (!conditional) return undefined;
  if (chance < ambiguous) return 'ambiguous';
  return chance < ambiguous + conflict ? 'conflict' : undefined;
}

/** When simulated time begins, in milliseconds since the epoch. */
export const simulatedStart = 1_767_225_600_000;

/** A worker's own clock: it may be wrong, and then agrees with no other's; or it stands still, the same for all. */
export function clockOf({ time, scenario: { skew } }: Reached, actor: Actor): Clock {
  const wrong = Math.floor((actor.random() - 0.5) * 2 * skew);
  return {
    now: () => (skew === 0 ? simulatedStart : simulatedStart + Math.floor(time.now()) + wrong),
    sleep: (milliseconds) => time.wait(actor, milliseconds),
    random: actor.random,
  };
}
