import { describe, expect, it } from 'vitest';
import { defaultPolicy, type Waiver } from '../../../core/documents/gate/policy.ts';
import type { Firing, GateAnswer, GateVerdict } from '../../../core/documents/gate/verdict.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { fateOf } from '../../../core/recall/turned-bad.ts';

const sha256 = sha256Of('a file');
const ofScript = sha256Of('a script in it');
const now = Date.parse('2027-01-15T08:00:00Z');
const waiver = (more: Partial<Waiver> = {}): Waiver => ({
  ...{ check: 'D1', sha256, reason: 'looked at', expires: '2027-03-31' },
  ...more,
});

const hadVerdict = (verdict: GateAnswer, waivers: readonly Waiver[] = []): GateVerdict => ({
  ...{ version: 1, id: 'noarch/x-1-0.conda', sha256, size: 1, origin: 'upstream', verdict, checks: [] },
  ...{ waivers: [...waivers], published: null, facts: null, previous: null, request: null, judgedAt: 1, judgedBy: '0' },
});

const firing = (code: string, verdict: Firing['verdict'], more: Partial<Firing> = {}): Firing => ({
  ...{ code, verdict, detail: 'found' },
  ...more,
});

const fate = (telling: readonly Firing[], earlier: GateVerdict | null, waivers: readonly Waiver[] = []) =>
  fateOf({ verdict: 'pass', waivers: [], telling }, earlier, { policy: { ...defaultPolicy, waivers }, now });

describe('what becomes of a file that is served', () => {
  const passed = hadVerdict('pass');
  const table: readonly (readonly [what: string, telling: readonly Firing[], GateVerdict | null, fate: string])[] = [
    ['nothing is said of it', [], passed, 'stays'],
    ['it is warned of', [firing('C4.severe', 'warn'), firing('C5.yanked', 'warn')], passed, 'stays'],
    ['anything rejects it', [firing('A4.framing', 'reject')], passed, 'bad'],
    [
      'a check broke off beside what rejects',
      [firing('C3.error', 'error'), firing('B1.name', 'reject')],
      passed,
      'bad',
    ],
    ['C3 holds it', [firing('C3.suspect', 'hold')], passed, 'bad'],
    ['C4 holds it, which is so by the policy alone', [firing('C4.severe', 'hold')], passed, 'bad'],
    ['it passed, and a comparison holds it now', [firing('C9.late', 'hold')], passed, 'flagged'],
    [
      'it passed with a warning, and a license rule came',
      [firing('E2.license', 'hold')],
      hadVerdict('warn'),
      'flagged',
    ],
    ['nobody looked before, and it is held', [firing('D1.link-script', 'hold')], null, 'bad'],
    ['it was held before, and is', [firing('D1.link-script', 'hold')], hadVerdict('hold'), 'bad'],
    ['a check broke off', [firing('C3.error', 'error')], passed, 'unjudged'],
    ['a check broke off, and nobody looked before', [firing('A1.error', 'error')], null, 'unjudged'],
  ];
  it.each(table)('%s', (_, telling, earlier, expected) => {
    expect(fate(telling, earlier)).toBe(expected);
  });

  it('ends with the waiver that let it pass: by its day, by who takes it out, and not while another is in force', () => {
    const held = [firing('D1.link-script', 'hold')];
    const letIn = hadVerdict('warn', [waiver()]);
    expect(fate(held, letIn, [waiver({ expires: '2027-01-14' })])).toBe('bad');
    expect(fate(held, letIn, [])).toBe('bad');
    expect(fate(held, letIn, [waiver({ check: 'D1.link-script' })])).toBe('flagged');
    expect(fate([firing('E2.license', 'hold')], letIn, [])).toBe('flagged');
  });

  it('goes by a waiver that pins a file in it', () => {
    const held = [firing('D3.import', 'hold', { sha256: ofScript })];
    expect(fate(held, hadVerdict('warn', [waiver({ check: 'D3', sha256: ofScript })]))).toBe('bad');
  });
});
