import { readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { type Allowlist, acceptAllowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { readPatchFile, subdirOfPatchFile } from '../../core/documents/patches/patch-file.ts';
import { allowlistKey, patchKey } from '../../core/layout/keys.ts';
import { GatehouseError } from '../../core/problems/error.ts';

export interface RepositoryPaths {
  /** Of allowlist.json. */
  readonly allowlist: string;
  /** Of a folder of `<subdir>.json`, which may be absent; `patches` beside the allowlist where it is left out. */
  readonly patches?: string | undefined;
}

export interface Repository {
  readonly allowlist: Allowlist;
  /** What is deployed under which key: the allowlist, then the hotfixes in the order of their names. */
  readonly files: readonly { readonly path: string; readonly key: string }[];
}

/**
 * Reads the allowlist and the hotfixes as the pipeline will, so that what it could not read is never deployed.
 *
 * @throws GatehouseError `allowlist.missing`, `allowlist.invalid` or `patches.invalid`, in the words of `gatehouse plan`
 */
export function readRepository({
  allowlist: path,
  patches = join(dirname(path), 'patches'),
}: RepositoryPaths): Repository {
  const allowlist = acceptAllowlist(readAllowlistBytes(path), shownPath(path));
  return { allowlist, files: [{ path, key: allowlistKey }, ...readPatchFiles(patches)] };
}

function readAllowlistBytes(path: string): Uint8Array {
  const bytes = unlessMissing(() => readFileSync(path));
  if (bytes !== null) return bytes;
  const hint = 'name it with -c allowlist=FILE, or the prop `allowlist`; else it is allowlist.json of this repository';
  throw new GatehouseError('allowlist.missing', `${shownPath(path)} does not exist`, { hint });
}

function readPatchFiles(folder: string): { path: string; key: string }[] {
  const names = unlessMissing(() => readdirSync(folder)) ?? [];
  return names.sort().flatMap((name) => {
    const path = join(folder, name);
    const subdir = subdirOfPatchFile(name, shownPath(path));
    if (subdir === null) return [];
    readPatchFile(readFileSync(path), shownPath(path));
    return [{ path, key: patchKey(subdir) }];
  });
}

/** As people call a file: from where they are, if it is below. */
export function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

function unlessMissing<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
