import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Allowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { indexAll } from '../../../local/pipeline/index-all.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { lab } from '../cli/lab.ts';
import { small } from '../cli/start-lab.ts';
import { testGate } from '../gate/test-gate.ts';
import type { ServedFile } from '../python/serve-projects.ts';
import { publishFiles } from './publish-scene.ts';

/** A noarch package as a file: `name version` with these dependencies. */
export async function ownPackage(text: string, depends: readonly string[] = []): Promise<ServedFile> {
  const { filename, bytes } = await buildPackage(small(text, depends, { subdir: 'noarch' }));
  return { fileName: filename, bytes };
}

/** Publishes files into the lab's store, and has it indexed. */
export async function publishHere(files: readonly ServedFile[], allowlist: Allowlist): Promise<void> {
  const publishing = { to: 'channel', allowlist, log: () => {}, by: null, mayPublish: () => true } as const;
  const world = { ...lab.world, ...publishing, gate: testGate(lab.world.store) };
  const named = Object.fromEntries(files.map(({ fileName, bytes }) => [fileName, bytes]));
  const { problems } = await publishFiles(named, world);
  expect(problems).toEqual([]);
  await indexAll(allowlist, lab.world, { log: () => {} });
}

/** Copies packages into the lab's store by hand, and has them indexed. */
export async function copyIn(packages: readonly ServedFile[], allowlist: Allowlist): Promise<void> {
  const folder = join(lab.store, 'conda', 'noarch');
  await mkdir(folder, { recursive: true });
  for (const { fileName, bytes } of packages) await writeFile(join(folder, fileName), bytes);
  await indexAll(allowlist, lab.world, { log: () => {} });
}
