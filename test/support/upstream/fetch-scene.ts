import { httpFetch } from '../../../adapters/http-fetch.ts';
import { type Provenance, provenanceSchema } from '../../../core/documents/provenance.ts';
import { parseJson } from '../../../core/json/json.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Event } from '../../../core/ports/log.ts';
import type { FetchWorld } from '../../../core/steps/fetch.ts';
import { type Fault, type MemoryStore, memoryStore, type StoreOperation } from '../../twins/store-memory.ts';
import { testGate } from '../gate/test-gate.ts';

export interface FetchScene {
  readonly store: MemoryStore;
  readonly world: FetchWorld;
  readonly events: Event[];
  /** Milliseconds, each time someone waited. */
  readonly waits: number[];
  /** Store operations in order, `put conda/noarch/...`. */
  readonly operations: string[];
  /** Everything that was ever visible below `conda/` and should not have been. */
  readonly wrongs: string[];
}

/** A world to fetch into, with a clock that waits for nothing and a guard on what clients could see at each moment. */
export function fetchScene(
  rightSha256: string,
  fault: (operation: StoreOperation, count: number) => Fault | undefined = () => undefined,
): FetchScene {
  const [events, waits, operations, wrongs]: [Event[], number[], string[], string[]] = [[], [], [], []];
  const store = memoryStore({
    before: (operation, key) => {
      operations.push(`${operation} ${key}`.trim());
      wrongs.push(...wrongsIn(store, rightSha256));
    },
    fault: (operation) => fault(operation, operations.length),
  });
  const clock = {
    now: () => 1_700_000_000_000,
    random: () => 0.5,
    sleep: async (milliseconds: number) => void waits.push(milliseconds),
  };
  const log = (event: Event) => void events.push(event);
  return {
    store,
    world: { fetch: httpFetch(), store, gate: testGate(store, { clock }), clock, log, channel: 'conda' },
    events,
    waits,
    operations,
    wrongs,
  };
}

/** What a client could see now that is not the right bytes with their provenance. */
export function wrongsIn(store: MemoryStore, rightSha256: string): string[] {
  const visible = [...store.objects].filter(([key]) => key.startsWith('conda/'));
  return visible.flatMap(([key, entry]) => {
    const sha256 = sha256Of(entry.bytes);
    if (sha256 !== rightSha256) return [`${key} has other bytes`];
    const provenance = [...store.objects.keys()].some((other) => other.endsWith(`${key}/${sha256}.json`));
    return provenance ? [] : [`${key} has no provenance`];
  });
}

export function provenancesIn(store: MemoryStore): Provenance[] {
  return [...store.objects]
    .filter(([key]) => key.startsWith('_gatehouse/provenance/conda/'))
    .map(([key, { bytes }]) => parseJson(Buffer.from(bytes).toString(), provenanceSchema, key));
}
