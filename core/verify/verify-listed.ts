import { isPassing } from '../documents/gate/verdict.ts';
import type { ObjectKey } from '../layout/keys.ts';
import { decidedOn } from '../ledger/verify-ledger.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Damage } from './damage.ts';
import type { VerifiedVerdicts } from './verify-verdicts.ts';

/** A file that an index lists: its key, its id, and the sha256 of its bytes. */
interface Listed {
  readonly key: ObjectKey;
  readonly id: string;
  readonly sha256: Sha256;
}

/** What an index lists has a passing verdict of these very bytes. Of a damaged one that alone is told. */
export function verifyListed({ key, id, sha256 }: Listed, { verdicts }: Pick<VerifiedVerdicts, 'verdicts'>): Damage[] {
  const verdict = verdicts.get(decidedOn({ event: 'judged', id, sha256 }));
  if (verdict === undefined)
    return [{ code: 'verify.unjudged', key, detail: 'is in the index, unjudged', hint: judging }];
  if (verdict === null || isPassing({ verdict })) return [];
  return [{ code: 'verify.held', key, detail: `is in the index, and its verdict is ${verdict}`, hint: dropping }];
}

const judging = 'run gatehouse sweep, which judges what is served';
const dropping = 'run gatehouse index, which lists what passes; gatehouse why says what is held against it';
