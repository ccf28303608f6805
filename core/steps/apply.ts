import type { Control } from '../control.ts';
import { GatehouseError } from '../error.ts';
import { canonicalJson } from '../json.ts';
import { type ChannelName, controlKey } from '../layout.ts';
import type { Plan } from '../plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { readControl } from '../read-control.ts';
import { type Subdir, subdirSchema } from '../subdir.ts';

export interface ApplyWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Clock;
  /** False when some artifact of the plan is still missing: then nothing is withdrawn. */
  readonly fetchedAll: boolean;
}

const attempts = 10;
const longestWaitMs = 100;

/** Writes a plan's decisions to control, each subdir under compare-and-swap. Safe to run twice. */
export async function apply(plan: Plan, world: ApplyWorld): Promise<void> {
  for (const [name, decisions] of Object.entries(plan.decisions)) {
    await applySubdir(subdirSchema.parse(name), allowed(decisions, world), world);
  }
}

function allowed(decisions: Control['packages'], { fetchedAll }: ApplyWorld): Control['packages'] {
  const kept = Object.entries(decisions).filter(([, { withdrawn }]) => fetchedAll || withdrawn === undefined);
  return Object.fromEntries(kept);
}

async function applySubdir(subdir: Subdir, decisions: Control['packages'], world: ApplyWorld): Promise<void> {
  if (Object.keys(decisions).length === 0) return;
  const { store, channel, clock } = world;
  const key = controlKey(channel, subdir);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { control, etag } = await readControl(store, channel, subdir);
    const next: Control = { version: 1, packages: { ...control.packages, ...decisions } };
    const condition = etag === null ? { absent: true as const } : { etag };
    const outcome = await store.put(key, Buffer.from(canonicalJson(next)), condition);
    if (outcome.status === 'written') return;
    await clock.sleep(clock.random() * longestWaitMs);
  }
  throw new GatehouseError('store.conflict', `${key} kept changing under us`, { retry: true });
}
