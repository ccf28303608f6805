import { expect, it } from 'vitest';
import { openedKey } from '../../core/layout/gate-keys.ts';
import { noticesKey } from '../../core/layout/keys.ts';
import { sweepAll, sweepProblems } from '../../local/pipeline/sweep-all.ts';
import { lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

/** `Menu/app.json`, which is no news in what a channel begins with, and held in what comes later. */
const withMenu = () =>
  small('app 1.0', [], { files: [{ path: 'Menu/app.json', content: '{"menu_name": "A", "menu_items": []}\n' }] });
const app = ['app-1.0-0.conda'];
const isOpened = async () => (await lab.world.store.get(openedKey)) !== null;
const sweep = async () =>
  sweepProblems(await sweepAll(lab.world, { allowlist: lab.allowlist(['app']), sha256: null, log: () => {} }));

it('is a first sync again after one that could not read its channel', async () => {
  await lab.publish([withMenu()]);
  lab.intercept = (_request, response) => void response.writeHead(503).end();
  const cut = await lab.sync(lab.allowlist(['app']));
  expect([cut.plan.add, cut.problems.length > 0, await isOpened()], `${cut.problems}`).toEqual([[], true, false]);
  lab.intercept = null;
  const first = await lab.sync(lab.allowlist(['app']));
  expect([first.problems, await names(), await isOpened()]).toEqual([[], app, true]);
});

it('is a first sync behind a sync that asked for nothing and a sweep of nothing', async () => {
  await lab.publish([withMenu()]);
  await lab.sync(lab.allowlist([]));
  expect([await sweep(), await isOpened()]).toEqual([[], false]);
  const first = await lab.sync(lab.allowlist(['app']));
  expect([first.problems, await names(), await isOpened()]).toEqual([[], app, true]);
});

it('holds a Menu file of what comes later', async () => {
  await lab.publish([small('plain 1.0'), withMenu()]);
  await lab.sync(lab.allowlist(['plain']));
  const later = await lab.sync(lab.allowlist(['plain', 'app']));
  expect(later.problems).toEqual(expect.arrayContaining(['entry.unsolvable app on linux-64']));
  expect(await names()).toEqual(['plain-1.0-0.conda']);
});

it('tells once of a sweep what is held, with the waiver that brings it back, and then ends its notice', async () => {
  const startUp = { path: 'lib/python3.11/site-packages/app.pth', content: 'import os\n' };
  await lab.publish([small('app 1.0', [], { files: [startUp] })]);
  const first = await lab.sync(lab.allowlist(['app']));
  const [held] = first.held;
  const text = /\{.*\}$/.exec(held?.hint ?? '')?.[0] ?? '';
  const waiver = JSON.parse(text);
  const waived = lab.allowlist(['app'], { waivers: [waiver] });
  expect([(await lab.sync(waived)).problems, await names()]).toEqual([[], app]);
  const swept = await sweep();
  expect(swept).toEqual([expect.objectContaining({ code: 'sweep.bad-file', hint: expect.stringContaining(text) })]);
  const notices = async () => (await lab.world.store.read(noticesKey('conda')))?.bytes.toString() ?? '';
  expect([await names(), await notices()]).toEqual([[], expect.stringContaining('app 1.0 was recalled')]);
  const out = await lab.sync(lab.allowlist(['app']));
  expect(out.plan.problems.map(({ detail }) => detail).join()).not.toContain('no waiver changes that');
  expect([(await lab.sync(waived)).problems, await names(), await notices()]).toEqual([[], app, '{"notices":[]}']);
});

it('tells the waivers of all files that an entry lacks for one reason, and they let it in', async () => {
  await lab.publish([small('app 1.0', ['base']), small('base 1.0')]);
  const policy = { coolDown: { local: true }, advisories: 'none' };
  const [problem] = (await lab.sync(lab.allowlist(['app'], { policy }))).plan.problems;
  expect(problem?.detail).toMatch(/public since .* until [^;]*\n/);
  const waivers = (problem?.detail.match(/\{"check".*\}/g) ?? []).map((text) => JSON.parse(text));
  expect((await lab.sync(lab.allowlist(['app'], { policy, waivers }))).problems).toEqual([]);
  expect(await names()).toEqual([...app, 'base-1.0-0.conda']);
});
