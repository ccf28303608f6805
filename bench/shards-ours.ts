// A process of its own: every shard of a subdir, from its state.
import { folderStore } from '../adapters/store-folder/store-folder.ts';
import { readManifest } from '../core/index/manifest.ts';
import { stateSource } from '../core/index/state-source.ts';
import { subdirSchema } from '../core/names/subdir.ts';
import { buildShards } from '../core/outputs/shards/build-shards.ts';

const [store = '', subdir = ''] = process.argv.slice(2);
const place = { store: folderStore(store), channel: 'conda', subdir: subdirSchema.parse(subdir) } as const;
const { manifest } = await readManifest(place);
if (manifest === null) throw new Error(`no state in ${store}`);

for await (const _ of buildShards(stateSource(place, manifest)));
