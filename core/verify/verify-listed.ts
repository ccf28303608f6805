import type { ObjectKey } from '../layout/keys.ts';
import type { NamedBytes } from '../layout/named-bytes.ts';
import { decidedOn } from '../ledger/verify-ledger.ts';
import type { Damage } from './damage.ts';
import type { VerifiedVerdicts } from './verify-verdicts.ts';

/** A file that an index lists, and where it lies. */
interface Listed extends NamedBytes {
  readonly key: ObjectKey;
}

/**
 * What an index lists has a verdict of these very bytes. Where that does not pass, the index lists what it must not, and is told
 * of as that; of a damaged one that alone is told.
 */
export const verifyListed = (listed: readonly Listed[], { verdicts }: Pick<VerifiedVerdicts, 'verdicts'>): Damage[] =>
  listed
    .filter((one) => !verdicts.has(decidedOn({ event: 'judged', ...one })))
    .map(({ key }) => ({
      code: 'verify.unjudged',
      key,
      detail: 'is in the index, and was never judged',
      hint: judging,
    }));

const judging = 'run gatehouse sweep, which judges what is served';
