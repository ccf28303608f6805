import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { md5Schema, sha256Schema } from '../../core/names/digest.ts';
import { fetchBatch } from '../../lambdas/downloader.ts';
import { lacksTime } from '../../lambdas/reading-time.ts';
import { batch, type CloudLab, failing, listed, startCloudLab } from '../support/cloud/cloud-lab.ts';
import { key } from '../support/store/objects.ts';

const sized = (id: string, size: number) => {
  return { id, digests: { size, sha256: sha256Schema.parse('0'.repeat(64)), md5: md5Schema.parse('0'.repeat(32)) } };
};
const [conda, bzip2] = ['linux-64/x-1-0.conda', 'linux-64/x-1-0.tar.bz2'];

describe('what a function has the time to read', () => {
  const lacking = lacksTime(() => 900_000);

  it.each([
    [conda, 6_960_000_000, 6_960_000_001],
    [bzip2, 870_000_000, 870_000_001],
    ['simple/x/x-1.0.tar.gz', 6_960_000_000, 6_960_000_001],
  ])('%s: up to %i bytes in 15 minutes', (id, most, tooMany) => {
    expect(lacking(sized(id, most))).toBeNull();
    expect(lacking(sized(id, tooMany))).toContain('871 seconds, of which this function has 870');
  });

  it('leaves to the next invocation what that has the time for', () => {
    const late = lacksTime(() => 60_000, 300_000);
    expect(late(sized(bzip2, 30_000_000))).toBeNull();
    expect(() => late(sized(bzip2, 40_000_000))).toThrow(expect.objectContaining({ code: 'store.busy', retry: true }));
    expect(late(sized(bzip2, 280_000_000))).toContain('280 seconds');
  });
});

describe('what came and there is no time for', () => {
  let lab: CloudLab;
  beforeAll(async () => {
    lab = await startCloudLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it('is held by name, its bytes kept, its job done; whoever has the time lets it in', async () => {
    const cloud = lab.cloud();
    await cloud.allowlist(lab.allowing('b'));
    const jobs: string[] = [];
    cloud.drop = (body) => body.includes('"artifact"') && jobs.push(body) > 0;
    await cloud.turn();
    const soonOver = { getRemainingTimeInMillis: () => 30_500 };
    expect(await fetchBatch({ Records: batch(...jobs) }, cloud.world(), soonOver)).toEqual(failing());
    expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/^warning: held .*A13\.time: to read its/));
    expect([Object.keys(cloud.objects('_gatehouse/held/')).length, listed(cloud)]).toEqual([1, []]);
    expect(await cloud.invoke('downloader', batch(...jobs))).toEqual(failing());
    await cloud.turn();
    expect(cloud.bucket.objects.has(key('conda/linux-64/b-1.0-0.conda'))).toBe(true);
    expect(listed(cloud)).toEqual(['b-1.0-0.conda']);
  });
});
