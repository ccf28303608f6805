import type { Policy } from '../documents/gate/policy.ts';
import { isPassing } from '../documents/gate/verdict.ts';
import type { GateCheckWorld } from '../gate/check.ts';
import { askOfBytes } from '../gate/door/ask-of-bytes.ts';
import { contentsChecks } from '../gate/door/checks.ts';
import type { AtTheDoor } from '../gate/gate.ts';
import type { Reading } from '../gate/reading.ts';
import { settle } from '../gate/settle.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Damage } from './damage.ts';

export interface ArchiveWorld {
  readonly policy: Policy;
  readonly clock: Pick<Clock, 'now'>;
}

/** Those of the archive, of its account of itself, and of wheels: they go by the bytes alone. */
const archiveChecks = contentsChecks.filter(({ id }) => /^[ABF]/.test(id));

export interface VerifiedArchive {
  readonly reading: Reading;
  readonly problems: readonly Damage[];
}

/**
 * Asks the gate's checks of the archive again of a file's bytes: since it was judged a check may have learned something, and of
 * what was served before there was a gate nobody asked. What modes and waivers say counts as it does at the door.
 */
export async function verifyArchive(
  key: ObjectKey,
  file: AtTheDoor,
  { policy, clock }: ArchiveWorld,
): Promise<VerifiedArchive> {
  const now = clock.now();
  const { reading, results } = await askOfBytes(file, archiveChecks, worldOf(policy, now));
  const { telling } = settle({ checks: results, sha256: file.digests.sha256 }, policy, now);
  const problems = telling
    .filter((firing) => !isPassing(firing))
    .map(({ code, detail }): Damage => ({ code: 'verify.refused', key, detail: `${code}: ${detail}`, hint: judging }));
  return { reading, problems };
}

const judging = 'gatehouse sweep judges it, and takes it back where that is the verdict';

/** There is nothing to compare with, for nothing is new here. */
const worldOf = (policy: Policy, now: number): GateCheckWorld => ({
  ...{ policy, now, isFirst: false, knownNames: [], reserved: [], advice: { status: 'none' } },
  previous: async () => null,
  isKnownScript: async () => true,
});
