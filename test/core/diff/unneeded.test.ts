import { describe, expect, it } from 'vitest';
import { type LeavingWorld, leaving } from '../../../core/diff/unneeded.ts';

const day = 24 * 60 * 60 * 1000;
const world = (): LeavingWorld => ({
  now: 1000 * day,
  retain: 90 * day,
  claims: { covers: (id) => id !== 'gone', solved: (id) => id !== 'unsolved' },
});

describe('leaving', () => {
  it('a package leaves with the last entry that brought it', () => {
    expect(leaving(['gone'], {}, world()).step).toBe('leave');
    expect(leaving([], {}, world()).step).toBe('leave');
  });

  it('one that an entry still names starts to wait when its solution moves on', () => {
    const next = leaving(['kept', 'gone'], { why: ['kept', 'gone'] }, world());
    expect(next).toEqual({ step: 'wait', override: { why: ['kept', 'gone'], unneededSince: 1000 * day } });
  });

  it('waits for the whole retention, and no day longer', () => {
    const since = (days: number) => ({ why: ['kept'], unneededSince: (1000 - days) * day });
    expect(leaving(['kept'], since(89.9), world()).step).toBe('stay');
    expect(leaving(['kept'], since(90), world()).step).toBe('leave');
  });

  it('an entry that did not solve this time keeps all it had, retention over or not', () => {
    expect(leaving(['unsolved'], { unneededSince: 0 }, world()).step).toBe('stay');
    expect(leaving(['kept', 'unsolved'], {}, world()).step).toBe('stay');
  });

  it('what was withdrawn is not decided again', () => {
    expect(leaving(['gone'], { withdrawn: { at: 1, reason: 'x' } }, world()).step).toBe('stay');
  });
});
