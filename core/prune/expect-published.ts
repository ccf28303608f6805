import { GatehouseError } from '../error.ts';
import { forms } from '../forms/forms.ts';
import { generationOf } from '../index/published-generation.ts';
import type { IndexRoot, StatePlace } from '../index/state/index-root.ts';
import { indexKey } from '../layout.ts';

/**
 * Holds every index file of a subdir against its state: one that is behind may show what the state has withdrawn.
 *
 * @throws GatehouseError `state.damaged` when one is behind, or missing that must be there
 */
export async function expectPublished(
  { store, channel, subdir }: StatePlace,
  { generation }: IndexRoot,
): Promise<void> {
  const files = forms.filter(({ scope, cache }) => scope === 'subdir' && cache !== 'for ever');
  for (const { file, written } of files) {
    const key = indexKey(channel, subdir, file);
    const object = await store.get(key);
    if (object === null ? written !== 'always' : generationOf(object.metadata) >= generation) continue;
    throw new GatehouseError('state.damaged', `${key} ${object === null ? 'is missing' : 'is behind its state'}`, {
      hint: 'run gatehouse index first',
    });
  }
}
