import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudLab, listed, startCloudLab } from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { key } from '../support/store/objects.ts';
import { memoryStore } from '../twins/store-memory.ts';

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(() => {
  cloud = lab.cloud();
});

describe('the pruner', () => {
  const day = 24 * 60 * 60 * 1000;
  const before = 'conda/linux-64/';

  /** A cloud in which c took the place of a and b long ago, with a form that nobody asks for any more. */
  async function withdrawn(): Promise<void> {
    await cloud.allowlist(lab.forming('repodata_shards.msgpack.zst'));
    await cloud.run();
    cloud.now += day;
    await cloud.allowlist(lab.allowing('c'));
    await cloud.run();
    expect(listed(cloud)).toEqual(['c-1.0-0.conda']);
    expect(Object.keys(cloud.objects(`${before}b`))).toHaveLength(1);
  }

  it('deletes what nobody needs any more, and has the subdirs indexed that lost packages', async () => {
    await withdrawn();
    expect(await cloud.prune()).toEqual({ deleted: expect.any(Number) });
    expect(Object.keys(cloud.objects(`${before}b`))).toHaveLength(1);
    expect(Object.keys(cloud.objects(`${before}repodata_shards`))).toEqual([]);
    cloud.now += 91 * day;
    const sent: string[] = [];
    cloud.drop = (body) => body.includes('"index"') && sent.push(body) > 0;
    expect(await cloud.prune()).toEqual({ deleted: expect.any(Number) });
    expect(sent).toEqual(['{"type":"index","subdir":"linux-64"}']);
    expect(Object.keys(cloud.objects(`${before}b`))).toEqual([]);
    expect(Object.keys(cloud.objects(`${before}c-`))).toHaveLength(1);
    expect(Object.keys(cloud.objects(`${before}shards`))).toEqual([]);
    await cloud.run();
    expect(listed(cloud)).toEqual(['c-1.0-0.conda']);
    expect(cloud.telemetry.lines.filter((line) => line.startsWith('deleted ')).join('\n')).toContain('b-1.0-0.conda');
    expect(await cloud.prune()).toEqual({ deleted: 0 });
  });

  it.each(['bad', 'missing'])('deletes nothing and fails when the allowlist is %s', async (how) => {
    await withdrawn();
    cloud.drop = () => true;
    cloud.now += 365 * day;
    if (how === 'bad') await cloud.put(key('_gatehouse/allowlist.json'), Buffer.from('{'));
    else await memoryStore({}, cloud.bucket).delete(key('_gatehouse/allowlist.json'));
    // That the clock came is noted all the same.
    const all = { ...cloud.objects(), '_gatehouse/clocks/prune.json': expect.any(String) };
    await expect(cloud.prune()).rejects.toMatchObject({ code: expect.stringMatching(/^allowlist\./) });
    expect(cloud.objects()).toEqual(all);
  });
});
