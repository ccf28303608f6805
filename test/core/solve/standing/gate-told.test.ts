import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../../core/documents/gate/policy.ts';
import { sha256Schema } from '../../../../core/names/digest.ts';
import { inOneLine, unadvised, waiverWarnings } from '../../../../core/solve/standing/gate-told.ts';
import { gateWarnings } from '../../../../core/solve/standing/gate-warnings.ts';

const at = Date.parse('2027-03-01T12:00:00Z');
const sha256 = sha256Schema.parse('a'.repeat(64));

function codesOf(expires: string): string[] {
  const waivers = [{ check: 'D1', sha256, reason: 'x', expires }];
  return waiverWarnings({ policy: { ...defaultPolicy, waivers } }, at).map(({ code }) => code);
}

describe('waivers', () => {
  it.each([
    ['that ended yesterday are told', '2027-02-28', ['waiver.expired']],
    ['whose last day is today are about to end', '2027-03-01', ['waiver.expires']],
    ['that end within 14 days are', '2027-03-14', ['waiver.expires']],
    ['that end later are nothing to tell', '2027-03-15', []],
  ])('%s', (_, expires, codes) => expect(codesOf(expires)).toEqual(codes));
});

describe('what the gate says of what is chosen', () => {
  it('is a line for each file and code, however much a check found', () => {
    const many = Array.from(
      { length: 7 },
      (_, i) => ({ code: 'C4.known', verdict: 'warn', detail: `PYSEC-${i}` }) as const,
    );
    const warnings = [...many, { code: 'C4.severe', verdict: 'warn', detail: 'CVSS 9.8' } as const];
    expect(gateWarnings([{ id: 'noarch/x-1.0-0.conda', warnings }])).toEqual([
      expect.objectContaining({ code: 'C4.known', detail: 'PYSEC-0; PYSEC-1; PYSEC-2; PYSEC-3; PYSEC-4; and 2 more' }),
      { code: 'C4.severe', subject: 'noarch/x-1.0-0.conda', detail: 'CVSS 9.8' },
    ]);
  });

  it('is one line in all where nobody knows which projects they are', () => {
    const ids = ['a', 'b', 'c', 'd'].map((name) => `noarch/${name}-1.0-0.conda`);
    const unknown = ids.map((subject) => ({ code: 'C3.unknown', subject, detail: `of ${subject}` }));
    const other = { code: 'plan.shadowed', subject: 'x', detail: 'y' };
    expect(inOneLine([...unknown, other])).toEqual([
      other,
      { code: 'C3.unknown', subject: '4 files', detail: expect.stringContaining('coverage unknown') },
    ]);
    expect(inOneLine(unknown.slice(0, 1))).toMatchObject([{ subject: ids[0] }]);
    expect(inOneLine([other])).toEqual([other]);
  });

  it('is one line in all where there are no advisories, with what to do', () => {
    const waiting = ['a', 'b'].map((id) => ({
      id,
      code: 'C3.unreachable',
      detail: 'no advisories: no answer',
      until: null,
    }));
    expect(unadvised(waiting)).toMatchObject([
      {
        code: 'gate.advisories',
        detail: '2 new files wait; no advisories: no answer',
        hint: expect.stringContaining('"none"'),
      },
    ]);
    expect(unadvised([])).toEqual([]);
  });
});
