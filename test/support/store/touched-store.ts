import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import type { Store } from '../../../core/ports/store.ts';
import { type TemporaryFolder, temporaryFolder } from '../machine/temporary-folder.ts';
import { bytes, key } from './objects.ts';

/** In a file that calls `useTouchedStore`: a store in a folder, the folder around it, and one that is elsewhere. */
export let folder: TemporaryFolder;
export let elsewhere: TemporaryFolder;
export let store: Store;

/** Makes them anew before each test of the calling file. */
export function useTouchedStore(): void {
  beforeEach(async () => {
    [folder, elsewhere] = await Promise.all([temporaryFolder(), temporaryFolder()]);
    store = folderStore(join(folder.path, 'store'));
  });
  afterEach(() => Promise.all([folder, elsewhere].map((each) => each[Symbol.asyncDispose]())));
}

/** Where a key's file lies. */
export const at = (path: string): string => join(folder.path, 'store', path);

export async function place(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

export async function publish(where: string, text: string): Promise<void> {
  await using staged = await store.stage();
  await staged.write(bytes(text));
  await staged.publish(key(where), { sha256: `of ${text}` });
}
