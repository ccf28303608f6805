import type { Sha256 } from './digest.ts';
import { GatehouseError } from './error.ts';
import { planKey } from './layout.ts';
import { type Plan, planSchema } from './plan.ts';
import type { Store } from './ports/store.ts';
import { readJsonObject } from './read-json-object.ts';

/** @throws GatehouseError `state.damaged` when there is none such; `json.invalid` when it is damaged */
export async function readPlan(store: Store, id: Sha256): Promise<Plan> {
  const read = await readJsonObject(store, planKey(id), planSchema);
  if (read !== null) return read.value;
  throw new GatehouseError('state.damaged', `${planKey(id)} does not exist`, { hint: 'start another run' });
}
