import { chunksOf } from '../byte-source.ts';
import { digestStream } from '../digest.ts';
import type { Log } from '../event.ts';
import { compressIndex } from '../index/compress-index.ts';
import { deriveSubdir } from '../index/derive-subdir.ts';
import { encodeRepodata } from '../index/encode-repodata.ts';
import type { IndexPackageWorld } from '../index/index-package.ts';
import { putIfChanged } from '../index/put-if-changed.ts';
import { indexKey } from '../layout.ts';
import type { Problem } from '../problem.ts';
import { readControl } from '../read-control.ts';
import { storedDigests } from '../stored-digests.ts';
import type { Subdir } from '../subdir.ts';

export interface IndexWorld extends Omit<IndexPackageWorld, 'digestsOf'> {
  readonly log: Log;
  /** Takes digests from the bytes of every package and not from what was noted beside it. */
  readonly rebuild?: boolean;
}

export interface IndexedSubdir {
  readonly subdir: Subdir;
  /** Records in the index. */
  readonly packages: number;
  readonly changed: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Brings one subdir's index files up to date with its packages, provenance and control. Written only when changed,
 * `.zst` first: clients prefer it, and it must never lag behind `.json` (conda-facts 5.5).
 *
 * @throws GatehouseError `json.invalid` when control is damaged: the index stays as it is
 */
export async function indexSubdir(subdir: Subdir, world: IndexWorld): Promise<IndexedSubdir> {
  const { control } = await readControl(world.store, world.channel, subdir);
  const { records, removed, problems } = await deriveSubdir(subdir, control, {
    ...world,
    digestsOf: world.rebuild ? (object) => digestStream(chunksOf(object)) : storedDigests,
  });
  const json = encodeRepodata(subdir, records, removed);
  const zst = await putIfChanged(
    world.store,
    indexKey(world.channel, subdir, 'repodata.json.zst'),
    compressIndex(json),
  );
  const plain = await putIfChanged(world.store, indexKey(world.channel, subdir, 'repodata.json'), json);
  const outcome = { subdir, packages: records.size, changed: zst || plain, problems };
  world.log({ type: 'index.written', ...outcome });
  return outcome;
}
