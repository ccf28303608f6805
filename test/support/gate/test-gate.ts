import { checkIds } from '../../../core/documents/gate/checks.ts';
import { defaultPolicy, type Policy } from '../../../core/documents/gate/policy.ts';
import type { Advice } from '../../../core/gate/advice.ts';
import type { Gate } from '../../../core/gate/gate.ts';
import { openGate } from '../../../core/gate/judge/open-gate.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Log } from '../../../core/ports/log.ts';
import type { Store } from '../../../core/ports/store.ts';
import { GatehouseError } from '../../../core/problems/error.ts';

interface TestGate {
  readonly policy?: Partial<Policy>;
  readonly knownNames?: readonly string[];
  readonly reserved?: readonly string[];
  readonly advice?: Advice;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** What a shell adds to a world whose allowlist asks nobody for advisories. */
export const offlineShell = {
  judgedBy: '0.0.0',
  cache: null,
  fetch: () => Promise.reject(new GatehouseError('upstream.unreachable', 'nobody is asked in this test')),
};

const stillClock: Clock = { now: () => 1_700_000_000_000, random: () => 0.5, sleep: async () => {} };

/** Nothing that is new waits, and a package may be dated later than where a test's clock stands. */
export const quietPolicy: Policy = { ...defaultPolicy, coolDown: 0, modes: new Map([['B5', 'off']]) };

/** Every check off that can be, for tests of mirrors that hold whatever there is: as an allowlist says it, and as it is read. */
const askable = checkIds.filter((id) => id !== 'R1');
export const nothingAsked = { checks: Object.fromEntries(askable.map((id) => [id, 'off'])) };
export const nothingAskedPolicy: Policy = { ...quietPolicy, modes: new Map(askable.map((id) => [id, 'off'])) };

/** The gate itself over a store of a test, with the policy by default but nothing that is new waits, no advisories and a clock that stands. */
export const testGate = (
  store: Store,
  {
    policy = {},
    knownNames = [],
    reserved = [],
    advice = { status: 'none' },
    clock = stillClock,
    log = () => {},
  }: TestGate = {},
): Gate =>
  openGate(
    { policy: { ...quietPolicy, ...policy }, knownNames, reserved, allowlist: null, reasons: new Map() },
    { store, clock, log, judgedBy: '0.0.0', openAdvice: async () => advice },
  );
