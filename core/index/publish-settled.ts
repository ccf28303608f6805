import { GatehouseError } from '../error.ts';
import type { Clock } from '../ports/clock.ts';
import { backOff } from './back-off.ts';
import { type FormsWorld, indexForms, wantedForms } from './index-forms.ts';
import { publishForm } from './publish-form.ts';
import { type SettledState, settleState } from './settle-state.ts';
import { putShards } from './shards/put-shards.ts';
import { type IndexRoot, readRoot } from './state/index-root.ts';
import { stateSource } from './state/state-source.ts';
import type { Looking, UpdateWorld } from './update-state.ts';

export interface PublishingWorld extends UpdateWorld, FormsWorld {
  readonly clock: Clock;
}

export interface PublishedIndex extends Pick<SettledState, 'damage'> {
  readonly root: IndexRoot;
  /** Whether an index file was written. */
  readonly changed: boolean;
}

/** With the waits between them half a minute, and what was found is published at each. */
const attempts = 12;

/**
 * Settles the state and writes every form that is older. Who wrote one looks at the state again: where a tag is made of
 * content, as in S3, an output of a later state with the very bytes of the one we replaced is replaced too, and only we
 * can know. A state that will not settle is published as it was last written, since an output never replaces a later
 * one; it is the run that is not done then.
 *
 * @throws GatehouseError `store.conflict` (retry) when packages came and went at every look, or others wrote
 */
export async function publishSettled(world: PublishingWorld, first: Looking): Promise<PublishedIndex> {
  let looking = first;
  let sofar: Pick<PublishedIndex, 'changed' | 'damage'> = { changed: false };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { damage, ...state } = await settleState(world, looking);
    const wrote = state.root !== null && (await publishForms(world, state.root, looking));
    sofar = { ...sofar, ...(damage !== undefined && { damage }), changed: wrote || sofar.changed };
    if (state.status === 'settled' && (!wrote || (await isLatest(world, state.root)))) {
      return { ...sofar, root: state.root };
    }
    looking = state.status === 'moving' ? state.rest : { only: [], rebuild: false, distrust: false };
    await backOff(world.clock, attempt);
  }
  throw new GatehouseError(
    'store.conflict',
    `${world.channel}/${world.subdir} has not settled: it changed at each look`,
    {
      hint: 'what was found is published; run it again when fewer packages come and go',
      retry: true,
    },
  );
}

async function publishForms(world: PublishingWorld, root: IndexRoot, { rebuild }: Looking): Promise<boolean> {
  const wanted = await wantedForms(world);
  if (rebuild && wanted.has('repodata_shards.msgpack.zst')) await mendShards(world, root);
  let wrote = false;
  for (const form of indexForms(world, root, wanted)) {
    wrote = (await publishForm(world, form, root.generation)) || wrote;
  }
  return wrote;
}

/** Unlike an index file, a shard says nothing by which a damaged one would show. */
async function mendShards(world: PublishingWorld, root: IndexRoot): Promise<void> {
  for await (const _ of putShards(world, stateSource(world, root))) {
    // Each is there, sound.
  }
}

async function isLatest(world: UpdateWorld, { generation }: IndexRoot): Promise<boolean> {
  const { root } = await readRoot(world);
  return root?.generation === generation;
}
