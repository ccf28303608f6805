import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../core/documents/gate/policy.ts';
import type { Firing } from '../../../core/documents/gate/verdict.ts';
import { boundedFirings } from '../../../core/gate/bounded-firings.ts';
import { settle } from '../../../core/gate/settle.ts';
import { sha256Of } from '../../../core/names/digest.ts';

const many = (count: number, code: string, verdict: Firing['verdict']): Firing[] =>
  Array.from({ length: count }, (_, at) => ({ code, verdict, detail: `${at}`, sha256: sha256Of(`${code} ${at}`) }));

describe('boundedFirings', () => {
  it('tells of the rest by each of its codes, as bad as the worst of them, and without a sha256', () => {
    const bad = many(1, 'D2.activation', 'hold');
    const firings = [...many(25, 'D2.activation', 'warn'), ...bad, ...many(3, 'D2.variable', 'hold')];
    expect(boundedFirings(firings).slice(20)).toEqual([
      { code: 'D2.activation', verdict: 'hold', detail: 'and 6 more' },
      { code: 'D2.variable', verdict: 'hold', detail: 'and 3 more' },
    ]);
    expect(boundedFirings(firings.slice(0, 20))).toEqual(firings.slice(0, 20));
  });

  it('hides nothing behind a code that the policy wants no word of', () => {
    const firings = boundedFirings([...many(20, 'D2.activation', 'hold'), ...many(1, 'D2.variable', 'hold')]);
    const policy = { ...defaultPolicy, modes: new Map([['D2.activation', 'off'] as const]) };
    const checks = [{ id: 'D2', version: 1, firings } as const];
    expect(settle({ checks, sha256: null }, policy, 0).verdict).toBe('hold');
  });
});
