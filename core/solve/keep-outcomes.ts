import { type KnownOutcome, type Proven, readProven } from '../documents/known-outcomes.ts';
import { canonicalJson } from '../json/json.ts';
import { provenKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import type { KnownOutcomes } from './prove-entries.ts';

export interface KeptOutcomes extends KnownOutcomes {
  /** Keeps all that is known, for whoever goes on. */
  keep(): Promise<void>;
  /**
   * Keeps what this proof came to, but for what failed, which says nothing of the entry and is to be tried again.
   *
   * @param of the index that it was of, where it counts as one more
   */
  conclude(of?: string): Promise<void>;
}

/** So many are lost at most when a proof is cut off. */
const maxUnkept = 50;

/**
 * What was solved before, by a hash of all that it depends on: equal keys have equal outcomes, so it does not matter who wrote
 * them, or which of two proofs writes last.
 *
 * @param failed whether what failed before is an answer: to who goes on for a proof that was cut off it is
 */
export async function openKeptOutcomes(
  { store, channel }: ChannelStore,
  { failed }: { readonly failed: boolean },
): Promise<KeptOutcomes> {
  const kept = await readProven(store, channel);
  const known = new Map<string, readonly KnownOutcome[]>(Object.entries(kept.outcomes));
  const used = new Set<string>();
  let unkept = 0;
  let atRest = canonicalJson(kept);
  const write = async (keys: Iterable<string>, { of, proofs }: Pick<Proven, 'of' | 'proofs'>): Promise<void> => {
    unkept = 0;
    const outcomes = Object.fromEntries([...keys].map((key) => [key, [...(known.get(key) ?? [])]]));
    const proven: Proven = { version: 1, of, proofs, outcomes };
    const text = canonicalJson(proven);
    if (text !== atRest) await store.put(provenKey(channel), Buffer.from(text));
    atRest = text;
  };
  const keep = () => write(known.keys(), kept);
  return {
    find(key) {
      const outcomes = known.get(key);
      return !failed && outcomes?.some(isFailed) ? undefined : outcomes;
    },
    async add(key: Sha256, outcomes) {
      used.add(key);
      if (known.get(key) === outcomes) return;
      known.set(key, outcomes);
      unkept += 1;
      if (unkept >= maxUnkept) await keep();
    },
    keep,
    conclude(of) {
      const sound = [...used].filter((key) => !known.get(key)?.some(isFailed));
      return write(sound, of === undefined ? kept : { of, proofs: kept.proofs + 1 });
    },
  };
}

const isFailed = ({ status }: KnownOutcome): boolean => status === 'failed';
