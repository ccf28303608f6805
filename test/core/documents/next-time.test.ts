import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextTime } from '../../../core/documents/next-time.ts';

const after = Date.UTC(2026, 0, 1, 12, 30);

// 1 January 2026 is a Thursday.
it.each([
  ['rate(10 minutes)', '2026-01-01T12:40'],
  ['rate(1 day)', '2026-01-02T12:30'],
  ['rate(7 days)', '2026-01-08T12:30'],
  ['cron(0 4 ? * SUN *)', '2026-01-04T04:00'],
  ['cron(0 4 * * ? *)', '2026-01-02T04:00'],
  ['cron(30 12 * * ? *)', '2026-01-02T12:30'],
  ['cron(15/20 * * * ? *)', '2026-01-01T12:35'],
  ['cron(0 8-10,22 ? * MON-FRI *)', '2026-01-01T22:00'],
  ['cron(0 0 1 */3 ? *)', '2026-04-01T00:00'],
  ['cron(0 0 L FEB ? *)', '2026-02-28T00:00'],
  ['cron(0 0 29 2 ? *)', '2028-02-29T00:00'],
  ['cron(0 10 ? * 3#2 *)', '2026-01-13T10:00'],
  ['cron(0 0 1 1 ? 2030)', '2030-01-01T00:00'],
])('%s fires next at %s', (expression, expected) => {
  expect(nextTime(expression, after)).toBe(Date.parse(`${expected}Z`));
});

it.each(['cron(0 0 1 1 ? 2020)', 'cron(0 0 3W * ? *)', 'cron(0 0 L-3 * ? *)', 'cron(61 * * * ? *)', 'off', ''])(
  '%s is none',
  (expression) => {
    expect(nextTime(expression, after)).toBeNull();
  },
);

it('is later, and what it gives is its own next time from any moment between', () => {
  const expressions = ['rate(3 hours)', 'cron(*/7 3,15 * * ? *)', 'cron(5 4 ? * TUE,6 *)'];
  fc.assert(
    fc.property(
      fc.constantFrom(...expressions),
      fc.integer({ min: 0, max: 1e9 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (one, offset, part) => {
        const start = after + offset * 60;
        const next = nextTime(one, start) ?? Number.NaN;
        expect(next).toBeGreaterThan(start);
        if (one.startsWith('cron'))
          expect(nextTime(one, Math.floor(start + (next - start) * Math.min(part, 0.99)))).toBe(next);
      },
    ),
    { numRuns: 50 },
  );
});
