import { isPassing, readVerdict } from '../documents/gate/verdict.ts';
import type { Gate } from '../gate/gate.ts';
import { type Settled, settledNow } from '../gate/settle.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { storedDigests } from '../store/stored-digests.ts';
import { knownOf } from './door-of.ts';
import type { ServedFile } from './served-file.ts';
import { type Fate, fateOf } from './turned-bad.ts';

export interface ExaminingWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly gate: Gate;
}

/** What was found of one file that is served. */
export interface ExaminedFile {
  readonly file: ServedFile;
  readonly sha256: Sha256;
  readonly fate: Fate;
  readonly settled: Settled;
  /** Whether its bytes had no verdict before. */
  readonly isNew: boolean;
  /** Whether a release of some project is known that the file is or holds: without one no advisory can be found. */
  readonly isCovered: boolean;
}

/**
 * Looks at a file that is served: by its verdict and today's data, or, where it has none, at its bytes. What passed once, and
 * of which today's data tell nothing bad but do not let it pass either, keeps the verdict that it came in under; of all else
 * the gate lays a new one at rest.
 *
 * @returns null when the file went away meanwhile
 * @throws GatehouseError `store.*`; `json.invalid` when its verdict or control is damaged
 */
export async function examineServed(file: ServedFile, world: ExaminingWorld): Promise<ExaminedFile | null> {
  const { store, clock, gate } = world;
  const object = await store.get(file.head.key);
  if (object === null) return null;
  const digests = await storedDigests(object);
  const earlier = (await readVerdict(store, file.id, digests.sha256))?.value ?? null;
  const known = await knownOf(file, digests.sha256, { store, earlier });
  const at = { policy: gate.policy, now: clock.now() };
  const found = { file, sha256: digests.sha256, isNew: earlier === null };
  if (earlier !== null && isPassing(earlier)) {
    const settled = await gate.standingOf({ ...known, sha256: digests.sha256, isServed: true });
    const fate = fateOf(settled, earlier, at);
    const isCovered = known.projects.length > 0;
    if (fate === 'flagged' || fate === 'unjudged') return { ...found, isCovered, fate, settled };
  }
  const verdict = await gate.judge({ ...known, digests, bytes: object, isServed: true });
  const settled = settledNow(verdict, gate.policy, at.now);
  const isCovered = (verdict.facts?.projects ?? known.projects).length > 0;
  return { ...found, isCovered, settled, fate: fateOf(settled, null, at) };
}
