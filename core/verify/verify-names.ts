import { usedBy } from '../documents/published/used-name.ts';
import { readTokens } from '../documents/tokens.ts';
import { type ObjectKey, tokensKey, usedNamesPrefix } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Store } from '../ports/store.ts';
import { tellingOf } from '../problems/problem.ts';
import { mapInOrder } from '../store/map-in-order.ts';
import { isDamaged } from '../store/read-json-object.ts';
import type { Damage, VerifyReport } from './damage.ts';

/** What is published: its key, the key of its name (`usedFileNameKey`, `usedPackageNameKey`), and its own sha256. */
interface Published {
  readonly key: ObjectKey;
  readonly name: ObjectKey;
  readonly sha256: Sha256;
}

/** A published file has its name for ever, so that no other bytes ever come under it. A damaged name is told with all names. */
export async function verifyPublishedName({ key, name, sha256 }: Published, store: Store): Promise<Damage[]> {
  const used = await readName(name, store);
  if (used instanceof Error || used === sha256) return [];
  const detail =
    used === null
      ? 'was published, and its name is not taken: other bytes could be published under it'
      : `was published, and its name is taken for other bytes, ${used}`;
  return [{ code: 'verify.name', key, detail, hint: `publish the same file again, or put ${name} back from a backup` }];
}

const maxNamesAtOnce = 16;

/** Every name that was ever used can be read: of a damaged one nobody knows which bytes had it, and it is used no more. */
export async function verifyNames(store: Store): Promise<VerifyReport> {
  const problems: Damage[] = [];
  let checked = 0;
  const read = async ({ key }: { readonly key: ObjectKey }) => ({ key, used: await readName(key, store) });
  for await (const { key, used } of mapInOrder(store.list(usedNamesPrefix), maxNamesAtOnce, read)) {
    checked += 1;
    if (!(used instanceof Error)) continue;
    problems.push({ code: 'verify.name', key, ...tellingOf(used), hint: 'put it back from a backup' });
  }
  return { checked, problems };
}

/** The tokens of those who upload can be read: with damaged ones nobody can, and none of them can be revoked. */
export async function verifyTokens(store: Store): Promise<VerifyReport> {
  try {
    await readTokens(store);
    return { checked: 0, problems: [] };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return { checked: 0, problems: [{ code: 'verify.tokens', key: tokensKey, ...tellingOf(error) }] };
  }
}

/** The sha256 that a name was used for, null when it was not, or what is wrong with it. */
async function readName(key: ObjectKey, store: Store) {
  try {
    return await usedBy(store, key);
  } catch (error) {
    if (isDamaged(error)) return error;
    throw error;
  }
}
