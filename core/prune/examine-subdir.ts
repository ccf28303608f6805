import { type ReadControl, readControl } from '../documents/control.ts';
import { type Manifest, readManifest } from '../index/manifest.ts';
import { controlKey, segmentPrefix, stateKey } from '../layout/keys.ts';
import type { Subdir } from '../names/subdir.ts';
import { type Examined, examined, unsure } from './examined.ts';
import type { Garbage, PruneWorld } from './garbage.ts';
import { unaskedOutputs, unnamedSegments, unnamedShards } from './unneeded-objects.ts';
import { withdrawnPackages } from './withdrawn-packages.ts';

/**
 * Finds what of one subdir nobody needs any more. Where control, the state or an index file is damaged, missing or behind, all
 * of the subdir is needed: only they could say otherwise.
 */
export const examineSubdir = (world: PruneWorld, subdir: Subdir): Promise<Examined> =>
  examined(subdir, async () => {
    const control = await readControl(world.store, world.channel, subdir);
    const state = await readState(world, { subdir, control });
    return state === null ? [] : garbageOf(world, subdir, control, state);
  });

interface State {
  readonly manifest: Manifest;
  readonly etag: string;
}

/** The state; null when there is none, nor control or segments, which would mean that it was lost. */
async function readState(
  world: PruneWorld,
  { subdir, control }: { readonly subdir: Subdir; readonly control: ReadControl },
): Promise<State | null> {
  const { manifest, etag, damage } = await readManifest({ ...world, subdir });
  if (damage !== undefined) throw unsure(damage);
  if (manifest === null || etag === null) {
    if (control.etag === null && !(await hasAny(world, segmentPrefix(world.channel, subdir)))) return null;
    throw unsure(`${stateKey(world.channel, subdir)} is missing`);
  }
  if (manifest.partial) throw unsure(`${stateKey(world.channel, subdir)} is not finished`);
  if (manifest.control === null || control.etag !== null) return { manifest, etag };
  throw unsure(`${controlKey(world.channel, subdir)} is missing`, 'put its last version back from a backup');
}

async function hasAny({ store }: PruneWorld, prefix: string): Promise<boolean> {
  for await (const _ of store.list(prefix)) return true;
  return false;
}

async function garbageOf(world: PruneWorld, subdir: Subdir, control: ReadControl, state: State): Promise<Garbage[]> {
  const place = { ...world, subdir };
  const guards = [
    { key: controlKey(world.channel, subdir), etag: control.etag },
    { key: stateKey(world.channel, subdir), etag: state.etag },
  ];
  const garbage: Garbage[] = [];
  const kinds = [
    withdrawnPackages(world, { subdir, manifest: state.manifest, control: control.control, guards }),
    unaskedOutputs(place),
    unnamedShards(place),
    unnamedSegments(place, state),
  ];
  for (const kind of kinds) for await (const each of kind) garbage.push(each);
  return garbage;
}
