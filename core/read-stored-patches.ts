import { Buffer } from 'node:buffer';
import { type Sha256, sha256Of } from './digest.ts';
import { GatehouseError } from './error.ts';
import type { Patches } from './forms/hotfix/patches.ts';
import { largestPatchFile, readPatchFile } from './forms/hotfix/read-patch-file.ts';
import { canonicalJson } from './json.ts';
import { type ObjectKey, patchKey, patchPrefix } from './layout.ts';
import type { Store } from './ports/store.ts';
import { type Subdir, subdirSchema } from './subdir.ts';

export interface StoredPatches {
  /** Of the files' keys and bytes. */
  readonly sha256: Sha256;
  /** @throws GatehouseError `patches.invalid`: then nothing is planned, and so nothing changes */
  parse(): Patches;
}

interface PatchFile {
  readonly key: ObjectKey;
  readonly bytes: Uint8Array;
}

/**
 * The organisation's own hotfixes in the store, as the cloud reads them: one file a subdir, none when there is none.
 *
 * @throws GatehouseError `patches.invalid` when one is far too large
 */
export async function readStoredPatches(store: Store): Promise<StoredPatches> {
  const files: PatchFile[] = [];
  for await (const { key, size } of store.list(patchPrefix)) {
    if (size > largestPatchFile) throw new GatehouseError('patches.invalid', `${key} is larger than 16 MiB`, { hint });
    const object = await store.get(key);
    if (object !== null) files.push({ key, bytes: await object.read(0, object.size) });
  }
  const named = files.map(({ key, bytes }) => [key, sha256Of(bytes)]);
  return {
    sha256: sha256Of(Buffer.from(canonicalJson(named))),
    parse: () => new Map(files.map((file) => [subdirOf(file), readPatchFile(file.bytes, shown(file))])),
  };
}

const hint = 'mend it in the repository and deploy again; until then the channel stays as it is';

/** As the repository names it. */
const shown = ({ key }: PatchFile): string => `patches/${key.slice(patchPrefix.length)}`;

function subdirOf(file: PatchFile): Subdir {
  const subdir = subdirSchema.safeParse(file.key.slice(patchPrefix.length).replace(/\.json$/, ''));
  if (subdir.success && file.key === patchKey(subdir.data)) return subdir.data;
  throw new GatehouseError('patches.invalid', `${shown(file)} is not named for a subdir`, { hint });
}
