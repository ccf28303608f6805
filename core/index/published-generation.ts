import { forms } from '../forms/forms.ts';
import { indexKey } from '../layout.ts';
import type { Metadata } from '../ports/store.ts';
import type { StatePlace } from './state/index-root.ts';

/** The generation of the state an output was made from; 0 when it does not say, as when someone else put it there. */
export function generationOf(metadata: Metadata | undefined): number {
  const text = metadata?.['generation'] ?? '';
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
}

/** The highest generation among a subdir's outputs: a state that was lost must go on above it. */
export async function publishedGeneration({ store, channel, subdir }: StatePlace): Promise<number> {
  const files = forms.filter(({ scope, cache }) => scope === 'subdir' && cache !== 'for ever');
  const objects = await Promise.all(files.map(({ file }) => store.get(indexKey(channel, subdir, file))));
  return Math.max(...objects.map((object) => generationOf(object?.metadata)));
}
