import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../core/ports/log.ts';
import { startProgress } from '../../../local/render/progress-bars.ts';

const key = (name: string) => `conda/linux-64/${name}-1.0-0.conda`;

function progressAfter(...events: readonly Event[]) {
  const progress = startProgress();
  for (const event of events) progress.note(event);
  return progress;
}

const ready: Event = { type: 'plan.ready', add: 3, drop: 0, bytes: 4000 };
const started = (name: string, size: number): Event => ({ type: 'fetch.started', key: key(name), size });
const received = (name: string, bytes: number, size: number): Event => ({
  type: 'fetch.progress',
  key: key(name),
  received: bytes,
  size,
});

describe('progress', () => {
  it('is a bar for each running file and one for the whole, with rate and time left', () => {
    const progress = progressAfter(
      ready,
      started('a', 1000),
      started('b', 2000),
      { type: 'fetch.done', key: key('a'), size: 1000 },
      started('c', 1000),
      received('b', 500, 2000),
    );
    expect(progress.active).toBe(true);
    const [b, c, total, ...rest] = progress.lines(100, 1000);
    expect(rest).toEqual([]);
    expect(b).toBe(`b-1.0-0.conda ${'█'.repeat(8)}${'░'.repeat(22)}  25 %`);
    expect(c).toBe(`c-1.0-0.conda ${'░'.repeat(30)}   0 %`);
    expect(total).toMatch(/^1\/3 files, 1\.5 kB of 4\.0 kB █+░+ {2}37 % 1\.5 kB\/s, 0:02 left$/);
  });

  it('counts what a failed file had got, and is over with the last file', () => {
    const failed: Event = {
      type: 'fetch.failed',
      key: key('a'),
      problem: { code: 'upstream.body', subject: 'a', detail: 'cut' },
    };
    const progress = progressAfter(ready, started('a', 1000), received('a', 600, 1000), failed);
    expect(progress.active).toBe(false);
    expect(progress.lines(100, 0)).toEqual([expect.stringMatching(/^1\/3 files, 600 B of 4\.0 kB .* 15 % 0 B\/s$/)]);
  });

  it('does not mind what it was never told of, nor sizes nobody knows', () => {
    const progress = progressAfter({ type: 'fetch.done', key: key('ghost'), size: 1 }, started('a', 0));
    expect(progress.lines(80, 0)[0]).toContain('   0 %');
  });

  const bytes = fc.integer({ min: 0, max: 1e12 });
  const file = fc.record({ name: fc.stringMatching(/^[a-z0-9-]{1,80}$/), size: bytes, got: bytes });

  it('is never wider than the terminal, however narrow, and always has its percentages where there is room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(file, { maxLength: 8 }),
        fc.integer({ min: 0, max: 1e7 }),
        (columns, files, elapsed) => {
          const events = files.flatMap(({ name, size, got }) => [started(name, size), received(name, got, size)]);
          for (const line of progressAfter(ready, ...events).lines(columns, elapsed)) {
            // A line as wide as the terminal would wrap on some.
            expect([...line].length).toBeLessThan(Math.max(columns, 1));
            expect(line).not.toMatch(/NaN|Infinity|undefined|\n/);
            if (columns >= 60) expect(line).toMatch(/ (\d\d| \d|100) %/);
          }
        },
      ),
    );
  });
});
