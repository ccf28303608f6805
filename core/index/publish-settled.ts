import { GatehouseError } from '../error.ts';
import { backOff } from './back-off.ts';
import { indexForms } from './index-forms.ts';
import { publishForm } from './publish-form.ts';
import { type SettledState, settleState } from './settle-state.ts';
import { type IndexRoot, readRoot } from './state/index-root.ts';
import { stateSource } from './state/state-source.ts';
import type { Looking, UpdateWorld } from './update-state.ts';

export interface PublishedIndex extends SettledState {
  /** Whether an index file was written. */
  readonly changed: boolean;
}

const attempts = 10;

/**
 * Settles the state and writes every form that is older. Who wrote one looks at the state again: where a tag is made of
 * content, as in S3, an output of a later state with the very bytes of the one we replaced is replaced too, and only we
 * can know.
 *
 * @throws GatehouseError `store.conflict` (retry) when the state never stayed as it was for that long
 */
export async function publishSettled(world: UpdateWorld, first: Looking): Promise<PublishedIndex> {
  let looking = first;
  let sofar: Pick<PublishedIndex, 'changed' | 'damage'> = { changed: false };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const settled = await settleState(world, looking);
    const wrote = await publishForms(world, settled.root);
    sofar = { ...sofar, ...settled, changed: wrote || sofar.changed };
    if (!wrote || (await isLatest(world, settled.root))) return { ...sofar, root: settled.root };
    looking = { only: [], rebuild: false, distrust: false };
    await backOff(world.clock, attempt);
  }
  throw new GatehouseError('store.conflict', `${world.channel}/${world.subdir} kept changing while it was published`, {
    retry: true,
  });
}

async function publishForms(world: UpdateWorld, root: IndexRoot): Promise<boolean> {
  let wrote = false;
  for (const form of indexForms(world.channel, stateSource(world, root))) {
    wrote = (await publishForm(world, form, root.generation)) || wrote;
  }
  return wrote;
}

async function isLatest(world: UpdateWorld, { generation }: IndexRoot): Promise<boolean> {
  const { root } = await readRoot(world);
  return root?.generation === generation;
}
