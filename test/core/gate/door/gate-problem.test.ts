import { describe, expect, it } from 'vitest';
import type { Firing } from '../../../../core/documents/gate/verdict.ts';
import { gateProblem } from '../../../../core/gate/door/gate-problem.ts';
import { sha256Of } from '../../../../core/names/digest.ts';
import { shownLine } from '../../../../core/problems/shown-text.ts';

const now = Date.UTC(2026, 0, 1);
const file = { subject: 'x', sha256: sha256Of('x') };
const firing = (code: string, more: Partial<Firing> = {}): Firing => ({ code, verdict: 'hold', detail: 'd', ...more });
const told = (verdict: 'hold' | 'reject', ...telling: readonly Firing[]) =>
  gateProblem(file, { verdict, telling, waivers: [] }, now);

describe('what a person is told of a file that is kept out', () => {
  it('has a waiver for each that holds it, in a line that is shown whole', () => {
    const { hint = '' } = told('hold', firing('F7.import', { sha256: sha256Of('a') }), firing('E2.license'));
    expect(hint).toContain(sha256Of('a'));
    expect(hint).toContain(file.sha256);
    expect(hint).toContain('"licenses" of "policy"');
    expect(hint).toContain('and syncs');
    expect(shownLine(hint)).toBe(hint);
    const many = told('hold', ...['a', 'b', 'c'].map((one) => firing('D1.link-script', { sha256: sha256Of(one) })));
    expect(many.hint).toMatch(/, and 1 more, which gatehouse why has$/);
  });

  it('says that it enters by itself only where all that holds it ends', () => {
    const until = now + 1;
    expect(told('hold', firing('C2.young', { until })).hint).toMatch(/^it enters by itself then; /);
    expect(told('hold', firing('C2.young', { until }), firing('D1.link-script')).hint).not.toContain('by itself');
  });

  it('proposes no waiver for what rejects, and what to do with a secret', () => {
    expect(told('reject', firing('A4.framing', { verdict: 'reject' }), firing('C2.young')).hint).not.toContain(
      '"check"',
    );
    expect(told('reject', firing('E1.token', { verdict: 'reject' })).hint).toMatch(/^take it out, build again/);
    const recalled = told('reject', firing('R1.recalled', { verdict: 'reject' })).hint;
    expect(recalled).toMatch(/recall --undo.*its waiver is renewed/);
  });
});
