import { Buffer } from 'node:buffer';
import { canonicalJson } from '../../json/json.ts';
import { patchPrefix } from '../../layout/keys.ts';
import { type PatchFileName, parsePatchFileName } from '../../layout/patch-file-name.ts';
import { type Sha256, sha256Of } from '../../names/digest.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import type { Patches } from './hotfix.ts';
import { maxPatchFileBytes, type PatchInstructions, readPatchFile } from './patch-file.ts';

export interface StoredPatches {
  /** Of the files' keys and bytes. */
  readonly sha256: Sha256;
  /** @throws GatehouseError `patches.invalid`: then nothing is planned, and so nothing changes */
  parse(): Patches;
}

interface PatchFile {
  /** As the repository names it. */
  readonly path: string;
  readonly name: PatchFileName;
  readonly bytes: Uint8Array;
}

const hint = 'mend it in the repository and deploy again; until then the channel stays as it is';

/**
 * Reads the organisation's own hotfixes in the store, where a deployment puts them for the cloud: one file a subdir,
 * none when there is none.
 *
 * @throws GatehouseError `patches.invalid` when one is far too large
 */
export async function readStoredPatches(store: Store): Promise<StoredPatches> {
  const files: PatchFile[] = [];
  const digests: [key: string, sha256: Sha256][] = [];
  for await (const { key, size } of store.list(patchPrefix)) {
    const path = key.slice(patchPrefix.length);
    const name = parsePatchFileName(path);
    if (name.status === 'hidden') continue;
    if (size > maxPatchFileBytes) throw new GatehouseError('patches.invalid', `${key} is larger than 16 MiB`, { hint });
    const object = await store.read(key);
    if (object === null) continue;
    const { bytes } = object;
    files.push({ path: `patches/${path}`, name, bytes });
    digests.push([key, sha256Of(bytes)]);
  }
  return { sha256: sha256Of(Buffer.from(canonicalJson(digests))), parse: () => new Map(files.map(parsePatchFile)) };
}

function parsePatchFile({ path, name, bytes }: PatchFile): [Subdir, PatchInstructions] {
  if (name.status === 'subdir') return [name.subdir, readPatchFile(bytes, path)];
  const meant = name.status === 'unknown' && name.hint !== null ? `${name.hint} ` : '';
  throw new GatehouseError('patches.invalid', `${path} is not named for a subdir`, { hint: `${meant}${hint}` });
}
