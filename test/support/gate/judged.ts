import type { GateVerdict } from '../../../core/documents/gate/verdict.ts';
import { keepVerdict } from '../../../core/gate/judge/keep-verdict.ts';
import { openLedger } from '../../../core/ledger/open-ledger.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Store } from '../../../core/ports/store.ts';
import { standingClock } from './ledgers.ts';

/** A verdict of a package that is called by a number, as the gate would write it. */
export const verdictOf = (number: number, change: Partial<GateVerdict> = {}): GateVerdict => ({
  ...{ version: 1, id: `noarch/p${number}-1.0-0.conda`, sha256: sha256Of(`bytes ${number}`), size: 100 },
  ...{ origin: 'upstream', verdict: 'pass', checks: [], waivers: [], published: null, facts: null, previous: null },
  ...{ request: null, judgedAt: 1_800_000_000_000, judgedBy: '0.0.0' },
  ...change,
});

/** Lays a verdict at rest, behind its entry of the ledger. */
export const judged = (store: Store, verdict: GateVerdict): Promise<GateVerdict> =>
  keepVerdict(verdict, async () => verdict, {
    ...{ store, clock: standingClock },
    ledger: openLedger({ store, clock: standingClock }),
  });
