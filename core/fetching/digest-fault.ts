import type { Digests } from '../digest.ts';
import { GatehouseError } from '../error.ts';

/** What a record says its bytes are; null where it does not say. */
export type ExpectedDigests = { readonly [Fact in keyof Digests]: Digests[Fact] | null };

/** Whether the record says enough to know its bytes again: a sha256, or an md5 and the size. */
export const isVerifiable = ({ sha256, md5, size }: ExpectedDigests): boolean =>
  sha256 !== null || (md5 !== null && size !== null);

/** The first thing bytes do not have in common with what the record says of them, as an error; null when all holds. */
export function digestFault(expected: ExpectedDigests, actual: Digests): GatehouseError | null {
  for (const fact of ['size', 'sha256', 'md5'] as const) {
    const wanted = expected[fact];
    if (wanted === null || wanted === actual[fact]) continue;
    return new GatehouseError(`fetch.${fact}`, `expected ${fact} ${wanted}, got ${actual[fact]}`, { retry: true });
  }
  return null;
}
