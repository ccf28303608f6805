import { openLedger } from '../../../core/ledger/open-ledger.ts';
import { clientOf, clockOf, type Reached, randomFates } from '../../simulator/client.ts';
import type { Faults } from '../../simulator/scenario.ts';
import { type Actor, timeline } from '../../simulator/timeline.ts';
import { type MemoryStore, memoryStore, newBucket } from '../../twins/store-memory.ts';
import { decision } from './ledgers.ts';

interface AtOnce {
  readonly seed: number;
  /** Processes, each with a ledger of its own. */
  readonly workers: number;
  /** Fetches at once in each. */
  readonly inEach: number;
  /** Appends of each fetch, one after the other. */
  readonly times: number;
  readonly faults?: Faults;
}

export interface Appended {
  readonly store: MemoryStore;
  /** The evidence of every append that was answered. */
  readonly appended: ReadonlySet<string>;
  readonly requests: number;
  /** The longest that an append took, in simulated milliseconds. */
  readonly longest: number;
}

const noFaults: Faults = { crash: 0, broken: 0, ambiguous: 0, conflict: 0 };

/** Many that append to one ledger in simulated time, each request of which takes up to 10 ms. What fails is tried again. */
export async function appendAtOnce({ seed, workers, inEach, times, faults = noFaults }: AtOnce): Promise<Appended> {
  const world: Reached = {
    scenario: { pageSize: 7, skew: 5000, faults },
    time: timeline(),
    bucket: newBucket(),
    isState: () => false,
  };
  const appended = new Set<string>();
  let [requests, longest] = [0, 0];
  const fates = randomFates({ faults });
  const counted: typeof fates = (...call) => {
    requests += 1;
    return fates(...call);
  };
  const work = async (actor: Actor, worker: number) => {
    const ledger = openLedger({ store: clientOf(world, actor, { fates: counted }), clock: clockOf(world, actor) });
    const fetchOne = async (_: unknown, fetch: number) => {
      for (let time = 0; time < times; time++) {
        const decided = decision((worker * inEach + fetch) * times + time + 1);
        const started = world.time.now();
        while (!(await ledger.append(decided).then(yes, no)));
        longest = Math.max(longest, world.time.now() - started);
        appended.add(decided.evidence);
      }
    };
    await Promise.all(Array.from({ length: inEach }, fetchOne));
  };
  for (let worker = 0; worker < workers; worker++) {
    world.time.start(seed + worker, (actor) => work(actor, worker));
  }
  await world.time.run(() => false);
  return { store: memoryStore({}, world.bucket), appended, requests, longest };
}

const yes = () => true;
const no = () => false;
