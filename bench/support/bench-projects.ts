import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { projectControlKey } from '../../core/layout/keys.ts';
import type { Store } from '../../core/ports/store.ts';
import { enter, enteringWheel, project } from '../../test/support/simple/simple-scene.ts';

export interface ProjectsShape {
  readonly projects: number;
  readonly files: number;
}

const nameOf = (number: number): string => `bench${String(number).padStart(4, '0')}`;

/** The folder of a store with so many projects, as fetches leave it, and no page; kept below `cache` for the next run. */
export async function benchProjects(cache: string, { projects, files }: ProjectsShape): Promise<string> {
  const folder = join(cache, `simple-${projects}-of-${files}`);
  if (await stat(folder).catch(() => null)) return folder;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const store = folderStore(unfinished);
  for (let number = 0; number < projects; number++) {
    for (let file = 0; file < files; file++) await oneWheel(store, number, file);
    await decideAll(store, number, files);
  }
  await rename(unfinished, folder);
  return folder;
}

/** A wheel of some 700 bytes enters; control has not decided of it. */
export function oneWheel(store: Store, number: number, file: number): Promise<void> {
  const fileName = `${nameOf(number)}-1.${file}.0-py3-none-any.whl`;
  return enter(store, enteringWheel({ fileName }, { requiresPython: '>=3.8' }));
}

/** Control lets the first so many wheels be listed. */
export async function decideAll(store: Store, number: number, files: number): Promise<string> {
  const name = nameOf(number);
  const decisions = Array.from({ length: files }, (_, file) => [
    `${name}-1.${file}.0-py3-none-any.whl`,
    { why: ['bench'] },
  ]);
  const control = { version: 1, files: Object.fromEntries(decisions) };
  await store.put(projectControlKey(project(name)), Buffer.from(canonicalJson(control)));
  return name;
}
