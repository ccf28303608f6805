import { compressBzip2 } from '../../../adapters/compress-bzip2/compress-bzip2.ts';
import { type OptionalIndexFile, optionalIndexFiles } from '../../../core/layout/index-files.ts';
import { indexKey } from '../../../core/layout/keys.ts';
import { type IndexOptions, indexSubdir } from '../../../core/steps/index-subdir.ts';
import { verify } from '../../../core/steps/verify.ts';
import { quietPolicy } from '../gate/test-gate.ts';
import { type IndexScene, subdir } from './index-scene.ts';

export const [a, b, c] = ['a-1-0.conda', 'b-1-0.conda', 'b-2-0.tar.bz2'];
export const all = new Set(optionalIndexFiles);
export const shards = new Set<OptionalIndexFile>(['repodata_shards.msgpack.zst']);
export const keyOf = (file: string) => indexKey('conda', subdir, file);
export const shardIndexKey = keyOf('repodata_shards.msgpack.zst');

/** Indexes the scene's subdir, with these option forms asked for. */
export const run = ({ world }: IndexScene, asked: ReadonlySet<OptionalIndexFile>, options?: IndexOptions) =>
  indexSubdir(subdir, { ...world, asked, bzip2: compressBzip2 }, options);
/** What `verify` finds in the subdir. */
export const damage = async ({ world }: IndexScene, asked?: ReadonlySet<OptionalIndexFile>) => {
  const { problems } = await verify([subdir], { ...world, policy: quietPolicy, ...(asked && { asked }) });
  // Nobody indexed noarch, nor the channel.
  return problems.flatMap(({ code, key }) => (key.includes(`/${subdir}/`) ? [`${code} ${key}`] : []));
};
export const generations = ({ store }: IndexScene) =>
  optionalIndexFiles.map((file) => store.objects.get(keyOf(file))?.metadata);
export const shardsIn = ({ store }: IndexScene) => [...store.objects.keys()].filter((key) => key.includes('/shards/'));
