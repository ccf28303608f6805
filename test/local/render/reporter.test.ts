import { describe, expect, it } from 'vitest';
import type { Event } from '../../../core/ports/log.ts';
import { reporter } from '../../../local/render/reporter.ts';
import { fakeTerminal, screenAfter } from '../../support/cli/fake-terminal.ts';

const key = (name: string) => `conda/linux-64/${name}-1.0-0.conda`;
const run: readonly Event[] = [
  { type: 'plan.started', entries: 1, platforms: ['linux-64'] },
  { type: 'plan.ready', add: 2, drop: 0, bytes: 2000 },
  { type: 'fetch.started', key: key('a'), size: 1000 },
  { type: 'fetch.started', key: key('b'), size: 1000 },
  { type: 'fetch.progress', key: key('a'), received: 500, size: 1000 },
  { type: 'retry', url: 'https://c/b', attempt: 1, waitMs: 1000, reason: 'status 503' },
  { type: 'fetch.progress', key: key('a'), received: 900, size: 1000 },
  { type: 'fetch.done', key: key('a'), size: 1000 },
  { type: 'fetch.done', key: key('b'), size: 1000 },
  { type: 'index.written', subdir: 'linux-64', packages: 2, changed: true },
];

describe('a reporter', () => {
  it('prints one plain line an event where no terminal is, and no control character', () => {
    const terminal = fakeTerminal();
    const { log, finish } = reporter(terminal, () => 0);
    for (const event of run) log(event);
    finish();
    expect(terminal.said.out).toBe('');
    expect(terminal.said.err).not.toContain('\u001b');
    expect(terminal.said.err.split('\n')).toEqual([
      'planning 1 entry for linux-64',
      'plan: 2 to fetch (2.0 kB), 0 to drop',
      'retry 1 of https://c/b in 1.0 s: status 503',
      `fetched ${key('a')} (1.0 kB)`,
      `fetched ${key('b')} (1.0 kB)`,
      'indexed linux-64: 2 packages',
      '',
    ]);
  });

  it('draws bars below the lines on a terminal, over and over in one place, and takes them away', () => {
    const terminal = fakeTerminal({ isTerminal: true, columns: 60 });
    let now = 0;
    const { log, finish } = reporter(terminal, () => (now += 150));
    const screens = run.map((event) => {
      log(event);
      return screenAfter(terminal.said.err);
    });
    const lines = ['planning 1 entry for linux-64', 'plan: 2 to fetch (2.0 kB), 0 to drop'];
    const retry = 'retry 1 of https://c/b in 1.0 s: status 503';
    expect(screens[4]).toHaveLength(lines.length + 3);
    expect(screens[4]?.slice(2)).toEqual([
      expect.stringMatching(/^a-1\.0-0\.conda █+░+ {2}50 %$/),
      expect.stringMatching(/^b-1\.0-0\.conda ░+ {3}0 %$/),
      expect.stringMatching(/^0\/2 files/),
    ]);
    expect(screens[6]?.slice(0, 3)).toEqual([...lines, retry]);
    expect(screens[6]?.[3]).toMatch(/ 90 %$/);
    finish();
    expect(screenAfter(terminal.said.err)).toEqual([...lines, retry, 'indexed linux-64: 2 packages']);
  });

  it('draws at most ten pictures a second', () => {
    const terminal = fakeTerminal({ isTerminal: true });
    let now = 1000;
    const { log } = reporter(terminal, () => now);
    log({ type: 'fetch.started', key: key('a'), size: 1000 });
    const before = terminal.said.err.length;
    for (let received = 0; received < 1000; received++) {
      now += 1;
      log({ type: 'fetch.progress', key: key('a'), received, size: 1000 });
    }
    const pictures = terminal.said.err.slice(before).split('\u001b[J').length - 1;
    expect(pictures).toBeLessThanOrEqual(10);
    expect(pictures).toBeGreaterThanOrEqual(9);
  });

  it('draws what comes elsewhere as one bar, which goes when nothing is to come any more', () => {
    const terminal = fakeTerminal({ isTerminal: true, columns: 80 });
    let now = 1_000_000;
    const { log } = reporter(terminal, () => (now += 1000));
    const last = () => screenAfter(terminal.said.err).at(-1);
    log({ type: 'plan.ready', add: 4, drop: 0, bytes: 4000 });
    log({ type: 'fetch.awaited', files: 4 });
    expect(last()).toMatch(/^0\/4 files, 0 B of 4\.0 kB /);
    log({ type: 'fetch.started', key: key('a'), size: 1000 });
    log({ type: 'fetch.done', key: key('a'), size: 1000 });
    log({ type: 'fetch.awaited', files: 3 });
    expect(last()).toMatch(/^1\/4 files, 1\.0 kB of 4\.0 kB .* 25 % \d+ B\/s, 0:\d\d left$/);
    log({ type: 'fetch.awaited', files: 0 });
    expect(last()).toBe('plan: 4 to fetch (4.0 kB), 0 to drop');
  });
});
