import { type GateFacts, isPassing, soundVerdict } from '../../documents/gate/verdict.ts';
import { verdictPrefix } from '../../layout/gate-keys.ts';
import type { Sha256 } from '../../names/digest.ts';
import { packageFileParts } from '../../names/package-file-name.ts';
import type { ObjectHead, Store } from '../../ports/store.ts';
import type { GateCandidate } from '../check.ts';

type Named = Pick<GateCandidate, 'id' | 'name' | 'kind'>;

/**
 * The build that a file is compared with: of the same name, in the same place, the one whose verdict was written last of
 * those that pass. Mostly one list and one read: the newest verdicts are read first.
 */
export async function previousBuild(
  { id, name, kind }: Named,
  store: Store,
): Promise<{ readonly sha256: Sha256; readonly facts: GateFacts } | null> {
  const found = await verdictsOfOthers({ id, name, kind }, store);
  for (const { key } of found.sort((a, b) => b.modified - a.modified)) {
    const verdict = await soundVerdict(store, key);
    if (verdict?.facts && isPassing(verdict)) return { sha256: verdict.sha256, facts: verdict.facts };
  }
  return null;
}

/** The verdicts of the other files of a name; `x-` begins the names of `x-y` too. */
async function verdictsOfOthers({ id, name, kind }: Named, store: Store): Promise<ObjectHead[]> {
  const folder = id.slice(0, id.lastIndexOf('/') + 1);
  const found: ObjectHead[] = [];
  for await (const head of store.list(verdictPrefix(kind === 'package' ? `${folder}${name}-` : folder))) {
    const fileName = head.key.slice(verdictPrefix(folder).length).split('/', 1)[0] ?? '';
    const isSame = kind !== 'package' || packageFileParts(fileName).name === name;
    if (isSame && fileName !== id.slice(folder.length)) found.push(head);
  }
  return found;
}
