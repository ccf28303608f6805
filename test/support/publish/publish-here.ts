import { expect } from 'vitest';
import type { Allowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { indexAll } from '../../../local/pipeline/index-all.ts';
import { lab } from '../cli/lab.ts';
import { publishFiles } from './publish-scene.ts';

/** Publishes files into the lab's store, by name, and has it indexed. */
export async function publishHere(files: Readonly<Record<string, Uint8Array>>, allowlist: Allowlist): Promise<void> {
  const world = { ...lab.world, to: 'channel', allowlist, log: () => {}, by: null, mayPublish: () => true } as const;
  const { problems } = await publishFiles(files, world);
  expect(problems).toEqual([]);
  await indexAll(allowlist, lab.world, { log: () => {} });
}
