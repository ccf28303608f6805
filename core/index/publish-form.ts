import type { FormBytes } from '../forms/form.ts';
import type { ObjectKey } from '../layout.ts';
import type { StagedObject } from '../ports/store.ts';
import { compressIndex } from './compress-index.ts';
import { isBehind, type PublishWorld, publishFenced } from './publish-fenced.ts';

/** An index file, or two that must say the same. */
export interface IndexForm {
  readonly key: ObjectKey;
  /** Where the same bytes go as a zstd frame: before `key`, since clients prefer it and it must never lag (conda-facts 5.5). */
  readonly zst?: ObjectKey;
  make(): Promise<MadeForm> | MadeForm;
}

interface MadeForm {
  readonly bytes: FormBytes;
  /** How many bytes: a form with a `zst` says so, for the frame's header. */
  readonly size?: number;
}

/** Writes what is older than this generation in one pass over it. @returns whether anything was written */
export async function publishForm(world: PublishWorld, form: IndexForm, generation: number): Promise<boolean> {
  const behind = (key: ObjectKey | undefined) => key !== undefined && isBehind(world, key, generation);
  const [plain, framed] = [await behind(form.key), await behind(form.zst)];
  if (!plain && !framed) return false;
  await using json = plain ? await world.store.stage() : null;
  await using zst = framed ? await world.store.stage() : null;
  await pump(await form.make(), { json, zst });
  const publish = (staged: StagedObject | null, key: ObjectKey | undefined) =>
    staged !== null && key !== undefined && publishFenced(world, staged, { key, generation });
  const first = await publish(zst, form.zst);
  const second = await publish(json, form.key);
  return first || second;
}

interface Sinks {
  readonly json: StagedObject | null;
  readonly zst: StagedObject | null;
}

async function pump({ bytes, size = 0 }: MadeForm, { json, zst }: Sinks): Promise<void> {
  using compressor = zst && compressIndex(size, (slice) => zst.write(slice));
  for await (const slice of bytes) await Promise.all([json?.write(slice), compressor?.write(slice)]);
  await compressor?.finish();
}
