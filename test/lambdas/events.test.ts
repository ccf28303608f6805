import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchBatch } from '../../lambdas/downloader.ts';
import { s3KeysSchema } from '../../lambdas/events.ts';
import { batch, type CloudLab, failing, notification, startCloudLab, testEvent } from '../support/cloud/cloud-lab.ts';
import { recordTelemetry } from '../support/cloud/recorded-telemetry.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(() => {
  cloud = lab.cloud();
});

describe('what S3 tells', () => {
  const keys = (body: string) => s3KeysSchema.parse(JSON.parse(body));
  it.each([
    ['conda/noarch/a%2Bb-1-0.conda', ['conda/noarch/a+b-1-0.conda', 'conda/noarch/a%2Bb-1-0.conda']],
    ['conda/noarch/a+b-1-0.conda', ['conda/noarch/a b-1-0.conda', 'conda/noarch/a+b-1-0.conda']],
    ['conda/noarch/%C3%BC.conda', ['conda/noarch/ü.conda', 'conda/noarch/%C3%BC.conda']],
    ['conda%2Fnoarch%2Fa-1-0.conda', ['conda/noarch/a-1-0.conda', 'conda%2Fnoarch%2Fa-1-0.conda']],
    ['conda/noarch/a-1-0.conda', ['conda/noarch/a-1-0.conda']],
    ['conda/noarch/%zz', ['conda/noarch/%zz']],
    ['conda/../%2e%2e/x', []],
  ])('%s may mean %j', (encoded, meant) => {
    expect(keys(notification(encoded))).toEqual(meant);
  });

  it('a test event means nothing, to nobody', async () => {
    expect(keys(testEvent)).toEqual([]);
    const before = cloud.objects();
    for (const on of ['scraper', 'indexer', 'prover'] as const) {
      expect(await cloud.invoke(on, batch(testEvent))).toEqual(failing());
    }
    expect(cloud.objects()).toEqual(before);
  });
});

const poison = ['', '{', '[]', '{"type":"elsewhere"}', '{"Records":[{}]}', 'null'];

describe('a poison message', () => {
  it.each(['scraper', 'downloader', 'indexer', 'prover'] as const)('fails alone at the %s', async (on) => {
    await lab.synced(cloud);
    const good = {
      scraper: notification('_gatehouse/allowlist.json'),
      downloader: '',
      indexer: notification('conda/linux-64/a-1.0-0.conda'),
      prover: notification('conda/linux-64/repodata.json.zst'),
    }[on];
    const bodies = on === 'downloader' ? poison : [...poison, good];
    expect(await cloud.invoke(on, batch(...bodies))).toEqual(failing(...poison.map((_, i) => `m${i}`)));
    expect(cloud.telemetry.lines.filter((line) => line.startsWith('failed: message m0'))).toHaveLength(1);
  });

  it('ends as a dead letter after its tries, and the rest of its batch is done', async () => {
    cloud.send('scraper', 'poison');
    await lab.synced(cloud);
    expect(cloud.dead).toEqual([{ queue: 'scraper', body: 'poison' }]);
  });
});

it('what is logged of a failure names the message and not more than is needed of it', async () => {
  const telemetry = recordTelemetry();
  const world = { ...cloud.world(), telemetry };
  await fetchBatch({ Records: batch('x'.repeat(10_000)) }, world, { getRemainingTimeInMillis: () => 900_000 });
  expect(telemetry.lines).toHaveLength(1);
  expect(telemetry.lines[0]?.length).toBeLessThan(700);
});
