import type { ContentsCheck } from '../check.ts';

/**
 * C6: a project that attested its releases (PEP 740), and does not attest this one: ultralytics 8.3.45 came so, by a stolen token.
 * Who attests is not looked at, and nothing is verified.
 */
export const c6Attestations: ContentsCheck = {
  id: 'C6',
  version: 1,
  judge: async (subject, { previous }) => {
    const { kind, origin, attestations = null, isServed } = subject;
    if (kind !== 'wheel' || origin !== 'index' || attestations !== null || isServed) return [];
    const before = await previous(subject);
    if (before?.facts.attested === undefined) return [];
    const detail = `its index has no attestation of it, and had one of ${before.facts.version}`;
    return [{ code: 'C6.missing', verdict: 'hold', detail }];
  },
};
