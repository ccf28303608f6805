import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sync } from '../../local/pipeline/sync.ts';
import { damage, day, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { conda, keptOut, listed, publicPlaces, syncBeside } from '../support/gate-tables/refused-input.ts';
import { soundConda } from '../support/packages/sound-package.ts';
import { type Answer, cut, mislabelled, ok } from '../support/upstream/test-upstream.ts';

useLab();

const demo = soundConda({ payload: [{ name: 'lib/x', data: 'text' }] });

describe('an upstream that fails', () => {
  const answered = (...answers: Answer[]) => {
    let at = 0;
    lab.intercept = (request, response, next) => {
      if (!request.url?.endsWith(conda)) return next();
      const answer = answers[Math.min(at, answers.length - 1)];
      at += 1;
      return void answer?.(response, request);
    };
  };
  const asked = () => lab.upstream.requests.filter((request) => request.endsWith(conda)).length;

  it('by 429 and then by 503: it is waited for as long as it says, asked a few times, and nothing else is lost', async () => {
    const waits: number[] = [];
    const { clock } = lab.world;
    Object.assign(clock, { sleep: async (ms: number) => void waits.push(ms) });
    answered(
      (response) => void response.writeHead(429, { 'retry-after': '7' }).end(),
      (response) => void response.writeHead(503).end(),
    );
    const { sound, ...report } = await syncBeside([listed(conda, demo)]);
    expect(keptOut(report)).toHaveLength(1);
    expect(waits.some((ms) => ms >= 7000 && ms < 60_000)).toBe(true);
    expect(asked()).toBeLessThanOrEqual(18);
    expect(await names()).toEqual([sound]);
    lab.intercept = null;
    expect((await syncBeside([listed(conda, demo)])).problems).toEqual([]);
    expect(await damage()).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['a short body', ok(demo.subarray(0, -9))],
    ['a body that is cut', cut(demo.subarray(0, 99), demo.length)],
    ['another length than it sends', mislabelled(demo, demo.length + 5)],
    ['a body that it compressed', ok(gzipSync(demo), { 'content-encoding': 'gzip' })],
    ['a body that it compressed without a word', ok(gzipSync(demo))],
  ])('by %s: nothing of it is served, and the next run brings it', async (_, answer) => {
    answered(answer);
    const { sound, ...report } = await syncBeside([listed(conda, demo)]);
    const came = (await names()).includes(conda);
    // What arrives as the record says, whatever it took on its way, is what was asked for.
    if (!came) expect(keptOut(report)).toHaveLength(1);
    expect(await names()).toContain(sound);
    expect(await publicPlaces(demo)).toHaveLength(came ? 1 : 0);
    lab.intercept = null;
    await lab.sync(lab.allowlist(['sound', 'demo']));
    expect(await names()).toContain(conda);
    expect(await damage()).toEqual([]);
  });

  it('by an index of days ago: nothing that is served leaves for it', async () => {
    await lab.publish([small('demo 1.0'), small('demo 2.0')]);
    await lab.sync(lab.allowlist(['demo']));
    await lab.publish([small('demo 1.0')]);
    const report = await lab.sync(lab.allowlist(['demo']));
    expect(report.problems).toEqual([]);
    expect(report.applied).toEqual({ changed: [], dropped: [], hotfixed: [] });
    expect([await names(), await lab.removed()]).toEqual([['demo-1.0-0.conda', 'demo-2.0-0.conda'], []]);
    expect(await damage()).toEqual([]);
  });

  it('by taking a file away: that is recorded, the index drops it, and the bytes go long after', async () => {
    await lab.publish([small('demo 1.0'), small('other 1.0')]);
    await lab.sync(lab.allowlist(['demo', 'other']));
    await lab.publish([small('other 1.0')]);
    const report = await lab.sync(lab.allowlist(['other']));
    expect(report.applied.dropped).toEqual(['linux-64/demo-1.0-0.conda']);
    expect(await names()).toEqual(['other-1.0-0.conda']);
    expect(await lab.removed()).toContain('demo-1.0-0.conda');
    expect(await damage()).toEqual([]);
  });

  it('in a way that nobody thought of: that file is named, the others come', async () => {
    await lab.publish([small('sound 1.0'), listed(conda, demo)]);
    const fetch: typeof lab.world.fetch = async (url, ...rest) => {
      if (url.endsWith(conda)) throw new TypeError('no such thing');
      return lab.world.fetch(url, ...rest);
    };
    const report = await sync(lab.allowlist(['sound', 'demo']), { ...lab.world, fetch }, () => {}, { yes: true });
    expect(report.failed).toMatchObject([
      { subject: `linux-64/${conda}`, detail: expect.stringContaining('internal.bug') },
    ]);
    expect(await names()).toEqual(['sound-1.0-0.conda']);
    expect(lab.now).toBeLessThan(Date.UTC(2026, 0, 1) + day);
  });
});
