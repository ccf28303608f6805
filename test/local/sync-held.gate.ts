import { describe, expect, it } from 'vitest';
import { damage, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

const scripted = (text: string) => {
  const [name] = text.split(' ');
  return small(text, [], { files: [{ path: `bin/.${name}-post-link.sh`, content: 'echo here\n' }] });
};
const fetched = (file: string) => lab.upstream.requests.filter((request) => request.endsWith(file)).length;

describe('a hold that is found after fetching', () => {
  it('is solved around in the same run, and what waits is told', async () => {
    await lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), scripted('lib 2.0')]);
    const { plan, problems, held, fetched: came } = await lab.sync(lab.allowlist(['app']));
    expect(problems).toEqual([]);
    expect(came).toEqual(['linux-64/app-1.0-0.conda', 'linux-64/lib-1.0-0.conda']);
    expect(held).toMatchObject([{ code: 'gate.held', subject: 'linux-64/lib-2.0-0.conda' }]);
    expect(plan.waiting).toMatchObject([{ id: 'linux-64/lib-2.0-0.conda', code: 'D1.link-script', until: null }]);
    expect(plan.waiting[0]?.hint).toMatch(/^a line of "waivers" .* of check D1\.link-script and sha256 [0-9a-f]{64}$/);
    expect(await names()).toEqual(['app-1.0-0.conda', 'lib-1.0-0.conda']);
    // The next run knows it without the bytes.
    const next = await lab.sync(lab.allowlist(['app']));
    expect([next.held, next.plan.add, next.plan.waiting.length]).toEqual([[], [], 1]);
    expect(fetched('lib-2.0-0.conda')).toBe(1);
    expect(await damage()).toEqual([]);
  });

  it('blocks nobody else: what leaves leaves, and a hotfix reaches the index', async () => {
    await lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), small('other 1.0'), small('gone 1.0')]);
    await lab.sync(lab.allowlist(['app', 'other', 'gone']));
    const hotfix = { 'other-1.0-0.conda': { depends: ['lib'] } };
    await lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), scripted('lib 2.0'), small('other 1.0')], hotfix);
    const { problems, applied } = await lab.sync(lab.allowlist(['app', 'other']));
    expect(problems).toEqual([]);
    expect(applied).toMatchObject({ changed: ['linux-64/other-1.0-0.conda'], dropped: ['linux-64/gone-1.0-0.conda'] });
    expect((await lab.index())['other-1.0-0.conda']?.depends).toEqual(['lib']);
  });

  it('again leaves the rest to what is here: no third fetch, and an older one stays', async () => {
    await lab.publish([small('app 1.0', ['lib']), small('lib 1.0')]);
    await lab.sync(lab.allowlist(['app']));
    const newer = [small('lib 1.5'), scripted('lib 1.9'), scripted('lib 2.0')];
    await lab.publish([small('app 1.0', ['lib']), small('lib 1.0'), ...newer]);
    const { plan, problems, held, fetched: came } = await lab.sync(lab.allowlist(['app']));
    expect(held.map(({ subject }) => subject)).toEqual(['linux-64/lib-2.0-0.conda', 'linux-64/lib-1.9-0.conda']);
    expect([problems, came]).toEqual([[], []]);
    // What is carried out needs nothing that is not here.
    expect(plan.artifacts.map(({ filename }) => filename)).toEqual(['app-1.0-0.conda', 'lib-1.0-0.conda']);
    expect(plan.waiting).toMatchObject([{ id: 'linux-64/lib-2.0-0.conda', code: 'D1.link-script' }]);
    expect(await names()).toEqual(['app-1.0-0.conda', 'lib-1.0-0.conda']);
    expect(fetched('lib-1.5-0.conda')).toBe(0);
    // The next run goes on from there.
    expect((await lab.sync(lab.allowlist(['app']))).fetched).toEqual(['linux-64/lib-1.5-0.conda']);
  });

  it('leaves out what came for an entry that then cannot be had: nobody was served it, and so nobody loses it', async () => {
    await lab.publish([small('app 1.0', ['lib', 'big']), small('big 1.0'), scripted('lib 2.0')]);
    const { problems, held, applied } = await lab.sync(lab.allowlist(['app']), {});
    expect(problems).toEqual(['entry.unsolvable app on linux-64']);
    expect(held.map(({ subject }) => subject)).toEqual(['linux-64/lib-2.0-0.conda']);
    expect(applied.dropped).toEqual(['linux-64/app-1.0-0.conda', 'linux-64/big-1.0-0.conda']);
    expect(await names()).toEqual([]);
    expect(await damage()).toEqual([]);
  });

  it('fails the entry that has nothing else, with the reason and the line that lets it in; and then it is let in', async () => {
    await lab.publish([small('app 1.0', ['lib']), scripted('lib 2.0'), small('other 1.0')]);
    const report = await lab.sync(lab.allowlist(['app', 'other']));
    expect(report.problems).toEqual(['entry.unsolvable app on linux-64']);
    expect(await names()).toContain('other-1.0-0.conda');
    const [problem] = report.plan.problems;
    expect(problem?.detail).toContain('linux-64/lib-2.0-0.conda: D1.link-script');
    const line = /(\{"check":.*\})/.exec(problem?.detail ?? '')?.[1] ?? '';
    const waivers = [{ ...JSON.parse(line), expires: '2026-06-30' }];
    const after = await lab.sync(lab.allowlist(['app', 'other'], { waivers }));
    expect(after.problems).toEqual([]);
    expect(after.plan.warnings).toMatchObject([{ code: 'D1.link-script', subject: 'linux-64/lib-2.0-0.conda' }]);
    expect(await names()).toEqual(['app-1.0-0.conda', 'lib-2.0-0.conda', 'other-1.0-0.conda']);
    expect(fetched('lib-2.0-0.conda')).toBe(1);
  });
});

it('what a first sync lets in with a warning is told by that very run, once', async () => {
  const files = [{ path: 'etc/conda/activate.d/app.sh', content: 'export APP=1\n' }];
  await lab.publish([small('app 1.0', [], { files })]);
  const told = async () => {
    const { plan, problems } = await lab.sync(lab.allowlist(['app']));
    expect(problems).toEqual([]);
    return plan.warnings.map(({ code, subject }) => `${code} ${subject}`);
  };
  expect(await told()).toEqual(['D2.activation linux-64/app-1.0-0.conda']);
  expect(await told()).toEqual(['D2.activation linux-64/app-1.0-0.conda']);
});
