import { unaskedFormKeys } from '../forms/option-forms.ts';
import type { StatePlace } from '../index/state/index-root.ts';
import type { Garbage } from './garbage.ts';
import type { PruneWorld } from './prune-world.ts';

/** Index files of options that are off by now: kept up to date for who reads them, until they are deleted here. */
export async function* unwantedForms({
  forms,
  ...place
}: StatePlace & Pick<PruneWorld, 'forms'>): AsyncGenerator<Garbage> {
  for (const key of unaskedFormKeys(place, forms)) {
    const object = await place.store.get(key);
    if (object === null) continue;
    const { etag, size, modified } = object;
    yield { key, etag, size, modified, kind: 'form', reason: 'no option asks for it', due: modified, guards: [] };
  }
}
