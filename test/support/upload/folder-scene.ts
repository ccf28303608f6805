import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import type { UploadLimits } from '../../../local/upload/upload-limits.ts';
import { temporaryFolder } from '../machine/temporary-folder.ts';
import { published, send, type UploadScene, uploadForm, uploadScene } from './upload-scene.ts';

interface FolderScene extends UploadScene {
  /** What is on its way in. */
  incoming(): Promise<string[]>;
  /** Fails unless the store is as it was, nothing is on its way in, and the server takes a sound upload. */
  expectUnharmed(): Promise<void>;
}

/** A server over a folder, which must be as it was, and as ready, once all that is meant ill is over. */
export async function folderScene(
  limits: Partial<UploadLimits> = {},
  beforePublish = async () => {},
): Promise<FolderScene> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const served = await uploadScene({ store: folderStore(folder.path), limits, beforePublish });
  const incoming = () => readdir(join(folder.path, '_gatehouse/incoming')).catch(() => []);
  const expectUnharmed = async () => {
    await expect.poll(incoming, { timeout: 5000 }).toEqual([]);
    expect(await published(served.store)).toEqual([]);
    expect(await send(served.url, uploadForm())).toMatchObject({ status: 200 });
    expect(await incoming()).toEqual([]);
  };
  return { ...served, incoming, expectUnharmed };
}
