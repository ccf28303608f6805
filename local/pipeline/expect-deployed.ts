import { allowlistChanges, meaning } from '../../core/documents/allowlist/allowlist-changes.ts';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { findStoredAllowlist, storedAllowlistSha256 } from '../../core/documents/allowlist/stored-allowlist.ts';
import { type Deployed, readDeployed } from '../../core/documents/deployed.ts';
import type { Patches } from '../../core/documents/patches/hotfix.ts';
import { instructionsSchema } from '../../core/documents/patches/patch-file.ts';
import { readStoredPatches } from '../../core/documents/patches/stored-patches.ts';
import { allowlistKey } from '../../core/layout/keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import type { Store } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';

/** What a command that writes goes by, as it read it on this machine. */
export interface GoesBy {
  readonly allowlist: Allowlist;
  /** As it is written. */
  readonly written: Uint8Array;
  /** Undefined where it does not go by any. */
  readonly patches?: Patches | undefined;
}

/** The hint for a command that goes by the deployed allowlist where none is named. */
export const goByDeployed = 'Without --allowlist the command goes by what was deployed';

/** So many differences are named. */
const maxNamed = 20;

/**
 * Refuses to work on a bucket that a stack fills by another allowlist, or other hotfixes, than those that were deployed: the
 * next run of the cloud would undo it, and until then what reviewers let in counts no more.
 *
 * @param sayYes how the command is told to go on, for the hint
 * @throws GatehouseError `sync.deployed`, with what differs
 */
export async function expectDeployed(by: GoesBy, store: Store, sayYes: string): Promise<void> {
  const stack = await readDeployed(store);
  if (stack === null) return;
  const isDeployed = sha256Of(by.written) === stack.allowlist;
  const changes = [
    ...(isDeployed ? [] : await allowlistDifference(by.allowlist, store, stack)),
    ...(by.patches === undefined ? [] : await patchDifference(by.patches, store)),
  ];
  if (changes.length === 0) return;
  const more = changes.length > maxNamed ? [`  and ${changes.length - maxNamed} more`] : [];
  const message = `the stack ${stack.stack} fills this bucket, and was deployed with another allowlist or other hotfixes; nothing was changed. These here, beside its own:`;
  throw new GatehouseError(
    'sync.deployed',
    [message, ...changes.slice(0, maxNamed).map((one) => `  ${one}`), ...more],
    {
      hint: `change them for all: review, and npx cdk deploy. ${sayYes}`,
    },
  );
}

/** What was deployed is known by its hash alone: where others lie in its place, nothing can be held against it. */
async function allowlistDifference(allowlist: Allowlist, store: Store, stack: Deployed): Promise<string[]> {
  if ((await storedAllowlistSha256(store)) !== stack.allowlist) {
    return ["the bucket's own allowlist is not the deployed one either, or cannot be read"];
  }
  const stored = await findStoredAllowlist(store);
  return stored === null ? ['there is none in the bucket that can be read'] : allowlistChanges(stored, allowlist);
}

const noInstructions = meaning(instructionsSchema.parse({ patch_instructions_version: 1 }));

/** A deployment leaves empty hotfixes where a file left the repository. */
async function patchDifference(patches: Patches, store: Store): Promise<string[]> {
  const stored = (await readStoredPatches(store)).parse();
  const subdirs = [...new Set([...stored.keys(), ...patches.keys()])].sort();
  const said = (of: Patches, subdir: (typeof subdirs)[number]) => {
    const found = of.get(subdir);
    return found === undefined ? noInstructions : meaning(found);
  };
  return subdirs
    .filter((subdir) => said(stored, subdir) !== said(patches, subdir))
    .map((subdir) => `patches/${subdir}.json differs`);
}

/**
 * An allowlist as a store is to keep it: in a bucket that a stack fills, the bytes that are there, where they mean the same.
 * Others in their place would have the cloud start a run.
 */
export async function toKeep({ allowlist, written }: GoesBy, store: Store): Promise<Uint8Array> {
  if ((await readDeployed(store)) === null) return written;
  const [stored, object] = [await findStoredAllowlist(store), await store.read(allowlistKey)];
  return stored !== null && object !== null && allowlistChanges(stored, allowlist).length === 0
    ? object.bytes
    : written;
}
