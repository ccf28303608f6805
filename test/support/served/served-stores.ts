import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import type { Store } from '../../../core/ports/store.ts';
import { type ServeOptions, serveStore } from '../../../local/serve/serve-store.ts';
import { memoryStore } from '../../twins/store-memory.ts';
import { bucketScene } from '../cloud/bucket-scene.ts';
import { fill, sampleChannel } from './sample-channel.ts';

/** Every twin of the store, new and empty; gone when the test is. */
export const newStores: readonly [name: string, make: () => Promise<Store>][] = [
  ['memory', async () => memoryStore()],
  [
    'folder',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'gatehouse-serve-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      return folderStore(folder);
    },
  ],
  [
    'bucket',
    async () => {
      const scene = await bucketScene();
      onTestFinished(() => scene[Symbol.asyncDispose]());
      return scene.store;
    },
  ],
];

/** Serves for as long as the test runs; gives the URL. */
export async function serveForTest(options: Omit<ServeOptions, 'port'>): Promise<string> {
  const served = await serveStore({ port: 0, ...options });
  onTestFinished(() => served.close());
  return served.url;
}

export async function serveSample(
  make: () => Promise<Store>,
  forms = { zst: true },
): Promise<{ url: string; store: Store }> {
  const store = await make();
  await fill(store, sampleChannel(forms));
  return { url: await serveForTest({ store }), store };
}
