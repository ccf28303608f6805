import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildChannel, type ChannelPackage } from '../../local/sample/build-channel.ts';
import { lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

/** Builds a channel beside the lab's own and gives its `file:` URL. */
async function channelOf(name: string, packages: readonly ChannelPackage[]): Promise<string> {
  const folder = folderOf(name);
  await buildChannel(folder, packages, { forms: ['json'] });
  return pathToFileURL(folder).href;
}
const folderOf = (name: string) => join(lab.upstreamFolder, '..', name);

const missing = (url: string, platform: string) => ({
  code: 'upstream.missing',
  subject: platform,
  detail: `${url} is no channel: it has neither noarch nor ${platform}`,
});

describe('a channel that is not there', () => {
  it('alone is an error that names its URL, and the plan is partial', async () => {
    for (const url of [`${lab.upstream.url}/slip`, pathToFileURL(folderOf('nowhere')).href]) {
      const { plan } = await lab.sync(lab.allowlist(['tool'], { channels: [url] }));
      expect(plan).toMatchObject({ complete: false, artifacts: [], entries: [{ status: 'failed' }] });
      expect(plan.problems).toContainEqual(expect.objectContaining(missing(url, 'linux-64')));
    }
  });

  it('gives its names to no lower channel, takes nothing from the store, and is followed again once it is back', async () => {
    const [tool, other] = [small('tool 1.0', ['base']), small('other 1.0')];
    const internal = await channelOf('internal', [tool, other, small('base 1.0')]);
    const lower = [small('tool 9.0'), small('other 9.0'), small('base 1.0')];
    const channels = [internal, await channelOf('public', lower)];
    const wanted = lab.allowlist(['tool', 'other'], { channels });
    expect((await lab.sync(wanted)).problems).toEqual([]);
    const before = await lab.index();
    await rename(folderOf('internal'), folderOf('moved'));
    // The same bytes with another record, in a channel that must not be asked.
    await buildChannel(folderOf('public'), lower, {
      forms: ['json'],
      patches: { 'base-1.0-0.conda': { depends: ['tool'] } },
    });
    for (const allowlist of [wanted, lab.allowlist(['tool'], { channels })]) {
      const { plan, fetched, applied } = await lab.sync(allowlist);
      expect(plan).toMatchObject({ complete: false, artifacts: [], add: [], change: [], drop: [], hotfix: [] });
      expect([fetched, applied.dropped, applied.changed]).toEqual([[], [], []]);
      expect(await lab.index()).toEqual(before);
    }
    await rename(folderOf('moved'), folderOf('internal'));
    const back = await lab.sync(lab.allowlist(['tool'], { channels }));
    expect([back.problems, back.plan.drop, await names()]).toEqual([
      [],
      ['linux-64/other-1.0-0.conda'],
      ['base-1.0-0.conda', 'tool-1.0-0.conda'],
    ]);
  });

  it('below the one that has every name is an error too: nobody can say what it would have added', async () => {
    await lab.publish([small('tool 1.0')]);
    const slip = `${lab.upstream.url}/slip`;
    const { plan } = await lab.sync(lab.allowlist(['tool'], { channels: [lab.upstream.url, slip] }));
    expect([plan.complete, plan.artifacts]).toEqual([false, []]);
    expect(plan.problems).toContainEqual(expect.objectContaining(missing(slip, 'linux-64')));
  });
});

describe('a channel that has', () => {
  const both = { platforms: ['linux-64', 'osx-arm64'] };
  const tool = small('tool 1.0');
  const mac = small('mac 1.0', [], { subdir: 'osx-arm64' });
  const entries = [
    { spec: 'tool', platforms: ['linux-64'] },
    { spec: 'mac', platforms: ['osx-arm64'] },
  ];

  it('noarch and one of two platforms is whole', async () => {
    await lab.publish([tool]);
    const report = await lab.sync(lab.allowlist(['tool'], { platforms: ['linux-64', 'win-64'] }));
    expect([report.plan.complete, report.problems]).toEqual([true, ['entry.unsolvable tool on win-64']]);
  });

  it('its platforms and no noarch is whole', async () => {
    await lab.publish([tool, mac]);
    await rm(join(lab.upstreamFolder, 'noarch'), { recursive: true });
    const report = await lab.sync(lab.allowlist(entries, both));
    expect([report.plan.complete, report.problems]).toEqual([true, []]);
  });

  it('one of two platforms and no noarch is lost for the other', async () => {
    await lab.publish([tool]);
    await rm(join(lab.upstreamFolder, 'noarch'), { recursive: true });
    const { plan } = await lab.sync(lab.allowlist(entries, both));
    expect(plan.complete).toBe(false);
    expect(plan.problems).toContainEqual(expect.objectContaining(missing(lab.upstream.url, 'osx-arm64')));
    expect(await names()).toEqual(['tool-1.0-0.conda']);
  });
});
