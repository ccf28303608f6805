import { sha256Of } from '../../digest.ts';
import type { Override } from '../../documents/control.ts';
import { canonicalJson } from '../../json.ts';

/**
 * Names what of a decision bears on the index, so that a changed control touches only the lines it means; undefined when
 * nothing does. Who needs a package, and since when nobody does, is for the plan.
 */
export function decisionTag({ why, unneededSince, ...rest }: Override): string | undefined {
  const bearing = canonicalJson(rest);
  // 64 bits: the two decisions of one package that are compared are not chosen by an attacker.
  return bearing === '{}' ? undefined : sha256Of(bearing).slice(0, 16);
}
