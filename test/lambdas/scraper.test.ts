import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildChannel } from '../../local/sample/build-channel.ts';
import { small } from '../support/cli/start-lab.ts';
import { type CloudLab, listed, startCloudLab } from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { key } from '../support/store/objects.ts';

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(() => {
  cloud = lab.cloud();
});

const hotfixes = (instructions: object) =>
  Buffer.from(JSON.stringify({ patch_instructions_version: 1, ...instructions }));

describe('the scraper', () => {
  it('plans nothing by an allowlist that is none: the message fails, and all stays', async () => {
    await lab.synced(cloud);
    const before = cloud.objects('conda/');
    await cloud.put(key('_gatehouse/allowlist.json'), Buffer.from('{"packages":[]}'));
    await cloud.run();
    expect(cloud.dead).toHaveLength(1);
    expect(cloud.telemetry.lines.join('\n')).toContain('"channels"');
    expect(cloud.objects('conda/')).toEqual(before);
    await expect(cloud.schedule('monday')).rejects.toThrow(/channels/);
  });

  it('tells when most of what is served leaves, and lets it go: the deployment was the yes', async () => {
    await lab.synced(cloud);
    expect(cloud.telemetry.counts.get('MostPackagesLeave')).toBeUndefined();
    await cloud.allowlist(lab.allowing('c'));
    await cloud.run();
    expect(listed(cloud)).toEqual(['c-1.0-0.conda']);
    expect(cloud.telemetry.counts.get('MostPackagesLeave')).toBe(1);
    expect(cloud.telemetry.lines.filter((line) => line.startsWith('warning: most packages leave'))).toEqual([
      'warning: most packages leave {"leaving":2,"packages":["linux-64/a-1.0-0.conda","linux-64/b-1.0-0.conda"],"served":2}',
    ]);
  });

  it('notes which entries do not go into one environment, and brings them all', async () => {
    await using folder = await temporaryFolder();
    await buildChannel(
      folder.path,
      ['1.0', '2.0'].map((version) => small(`d ${version}`)),
      { forms: ['json'] },
    );
    const channels = [pathToFileURL(folder.path).href];
    await cloud.allowlist({ channels, platforms: ['linux-64'], packages: ['d ==1.0', 'd ==2.0'] });
    await cloud.run();
    expect(listed(cloud)).toEqual(['d-1.0-0.conda', 'd-2.0-0.conda']);
    expect(cloud.telemetry.lines).toContainEqual(
      expect.stringMatching(/^not together .*"entries":\["d ==1\.0","d ==2\.0"\].*"upstream":"unsolvable"/),
    );
    expect(cloud.telemetry.counts.get('PlanProblems')).toBe(0);
  });

  it('a trigger that comes twice starts one run; a change of the hotfixes starts one too', async () => {
    await lab.synced(cloud);
    const runs = () =>
      Object.keys(cloud.objects('_gatehouse/runs/')).filter((one) => /\/[0-9a-f]{64}\.json$/.test(one));
    expect(runs()).toHaveLength(1);
    await cloud.schedule('monday');
    await cloud.schedule('monday');
    await cloud.run();
    expect(runs()).toHaveLength(2);
    await cloud.put(key('_gatehouse/patches/linux-64.json'), hotfixes({}));
    await cloud.run();
    expect(runs()).toHaveLength(3);
  });

  it.each([
    [
      'cannot be read',
      'linux-64',
      '{"patch_instructions_version":1,"remvoe":[]}',
      /linux-64\.json:1:33: .*did you mean/,
    ],
    ['is of no subdir', 'linux64', '{"patch_instructions_version":1}', /linux64\.json is not named for a subdir/],
  ])('plans nothing by hotfixes of which a file %s: the message fails, and all stays', async (_, name, text, says) => {
    await lab.synced(cloud);
    const before = cloud.objects('conda/');
    await cloud.put(key(`_gatehouse/patches/${name}.json`), Buffer.from(text));
    await cloud.allowlist(lab.allowing('c'));
    await cloud.run();
    expect(cloud.dead.map(({ queue }) => queue)).toEqual(['scraper', 'scraper']);
    expect(cloud.telemetry.lines.join('\n')).toMatch(says);
    expect(cloud.objects('conda/')).toEqual(before);
    await expect(cloud.schedule('monday')).rejects.toMatchObject({ code: 'patches.invalid', retry: false });
  });

  it('a run ends when the hotfixes change that it began with, though nobody tells of it', async () => {
    const messages: string[] = [];
    cloud.drop = (body) => body.includes('"slice"') && messages.push(body) > 0;
    await cloud.allowlist(lab.allowing('a'));
    await cloud.turn();
    cloud.drop = (body) => body.includes('/patches/');
    await cloud.put(key('_gatehouse/patches/linux-64.json'), hotfixes({}));
    for (const body of messages) cloud.send('scraper', body);
    await cloud.run();
    expect(messages).not.toEqual([]);
    expect(cloud.telemetry.lines.filter((line) => /^(slice|merge) .*superseded/.test(line))).toHaveLength(2);
    expect(Object.keys(cloud.objects('conda/linux-64/a'))).toEqual([]);
  });

  it('has the index written anew when the allowlist asks for other forms, though no package changes', async () => {
    await lab.synced(cloud);
    const shards = 'conda/linux-64/repodata_shards.msgpack.zst';
    expect(cloud.objects(shards)).toEqual({});
    await cloud.allowlist(lab.forming('repodata_shards.msgpack.zst'));
    await cloud.run();
    expect(Object.keys(cloud.objects(shards))).toEqual([shards]);
  });

  it('a slice that is never worked out is named after eight hours; the rest comes in and nothing leaves', async () => {
    await lab.synced(cloud);
    cloud.now += 1000;
    await cloud.allowlist(lab.allowing('c'));
    const lost = (body: string) => body.includes('"slice"');
    cloud.drop = lost;
    const hours = async () => {
      for (let quarter = 0; quarter < 34; quarter++) {
        cloud.now += 900_000;
        await cloud.turn();
      }
    };
    await hours();
    await cloud.run();
    expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
    expect(cloud.telemetry.lines.join('\n')).toContain('was not worked out in time');
    expect(cloud.telemetry.counts.get('SlicesMissing')).toBe(1);
    cloud.drop = () => false;
    await cloud.schedule('next week');
    await cloud.run();
    expect(listed(cloud)).toEqual(['c-1.0-0.conda']);
  });
});
