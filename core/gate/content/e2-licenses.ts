import { shown } from '../../archive/finding.ts';
import { modeOf } from '../../documents/gate/policy.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import type { DataCheck, GateCandidate } from '../check.ts';
import { idOf, isAllowed, parseLicense } from './parse-license.ts';
import { writtenLicense } from './stated-license.ts';

/**
 * Licenses that the organisation does not allow. It goes by what the file says itself, and before its bytes are read by the
 * record: so a plan solves around it. Asked anew whenever the gate is, since the list may have changed. Where the
 * organisation lists none, only a missing license can be held, if the policy enforces that.
 */
export const e2Licenses: DataCheck = {
  id: 'E2',
  version: 1,
  judge(candidate, { policy }) {
    const license = licenseOfCandidate(candidate);
    if (license === undefined) return [];
    if (license === null) {
      if (policy.licenses === null && modeOf('E2.missing', policy) !== 'enforce') return [];
      return [held('E2.missing', 'it does not say what its license is')];
    }
    return policy.licenses === null ? [] : disallowed(license, policy.licenses);
  },
};

const held = (code: string, detail: string): Firing => ({ code, verdict: 'hold', detail });

/** Undefined where nothing is known yet. */
function licenseOfCandidate({ facts, record }: GateCandidate): string | null | undefined {
  if (facts) return facts.license;
  if (record === null) return undefined;
  return typeof record['license'] === 'string' ? writtenLicense(record['license']) : undefined;
}

function disallowed(license: string, list: readonly string[]): Firing[] {
  const allowed = new Set(list.map(idOf));
  const parsed = parseLicense(license);
  if (parsed === null) return [held('E2.unreadable', `its license is ${shown(license)}, which is no SPDX expression`)];
  return isAllowed(parsed, allowed) ? [] : [held('E2.license', `its license is ${shown(license)}`)];
}
