import type { FirstSeen } from '../../documents/gate/first-seen.ts';
import { lastVerdict } from '../../documents/gate/last-verdict.ts';
import type { Firing, GateVerdict, PublishedAt } from '../../documents/gate/verdict.ts';
import type { GateCandidate } from '../../gate/check.ts';
import { coolsDown } from '../../gate/cool-down.ts';
import type { Gate } from '../../gate/gate.ts';
import type { Sha256 } from '../../names/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import type { Offered } from './candidate-of.ts';
import { type Excluding, keepsOut, keptForLater } from './held.ts';
import type { LastModified } from './last-modified.ts';

/** What a plan goes by at the gate. */
export interface PlanGate extends Pick<Gate, 'policy' | 'standingOf'>, Excluding {
  readonly lastModified: LastModified;
  readonly firstSeen: FirstSeen;
}

export interface CloseLookWorld {
  readonly gate: PlanGate;
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
}

/** What came of looking closely at a file that a solution chose. */
export interface Looked {
  /** Since when it is public; null where nobody needs to know. */
  readonly published: PublishedAt | null;
  readonly sha256: Sha256 | null;
  /** What keeps it out after all. */
  readonly held: Firing | null;
  readonly warnings: readonly Firing[];
}

/**
 * Asks of one file what is too dear to ask of every candidate: since when it is public, by a request to its server, and
 * whether bytes that were made under its name before were held.
 *
 * @throws GatehouseError `upstream.*` where its server cannot be asked, which says nothing of the file; `store.*`
 */
export async function lookAt(offered: Offered, world: CloseLookWorld): Promise<Looked> {
  const { gate, store } = world;
  const verdict = await lastVerdict(store, offered.candidate.id, offered.candidate.sha256);
  const sha256 = offered.candidate.sha256 ?? verdict?.sha256 ?? null;
  const { published, isUnseen } = await dateOf(offered, verdict, world);
  const candidate: GateCandidate = { ...offered.candidate, sha256, published };
  const settled = await gate.standingOf(candidate);
  const held = keepsOut(settled, candidate) ?? keptForLater(candidate, gate);
  return {
    published: candidate.isServed ? null : published,
    sha256,
    held: held !== null && isUnseen && held.code.startsWith('C2') ? unseen(held) : held,
    warnings: settled.telling.filter(({ verdict }) => verdict === 'warn'),
  };
}

interface Dated {
  readonly published: PublishedAt | null;
  /** No server says it, and nobody has written down that it was seen. */
  readonly isUnseen: boolean;
}

/** Since when a file is public: by its index, by its server, or else since we first saw it. */
async function dateOf(
  { candidate, url, from, seen }: Offered,
  verdict: GateVerdict | null,
  { gate, clock }: CloseLookWorld,
): Promise<Dated> {
  const dated = (published: PublishedAt | null): Dated => ({ published, isUnseen: false });
  if (candidate.published !== null || !coolsDown(candidate, gate.policy)) return dated(candidate.published);
  if (verdict?.published) return dated(verdict.published);
  const modified = await gate.lastModified({ url, from });
  if (modified !== null) return dated({ at: modified, by: 'last-modified' });
  const at = seen && (await gate.firstSeen(seen));
  return { published: { at: at ?? clock.now(), by: 'first-seen' }, isUnseen: at === null };
}

const unseen = ({ until: _, ...firing }: Firing): Firing => ({
  ...firing,
  detail: 'nobody says since when it is public: it waits from the first sync on that meets it',
});
