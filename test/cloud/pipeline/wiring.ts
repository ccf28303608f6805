import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { sharedBundles } from '../../support/stack/shared-bundles.ts';
import { synthesizeTo } from '../../support/stack/synthesize.ts';
import { mayDo } from '../stack/may-do.ts';
import { readWiring } from '../stack/wiring.ts';

const endpoint = 'http://127.0.0.1:1';

/** What the stack says of itself names its address, which is CloudFront's. */
const butAddress = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, one) => (key === 'channelUrl' ? undefined : one));

describe('what the template says of who calls whom', async () => {
  await using folder = await temporaryFolder();
  const bundles = await sharedBundles(false);
  const templateOf = (cdn: boolean) => synthesizeTo(`${folder.path}/${cdn}`, { cdn, invalidate: cdn, bundles });
  const [off, on] = [templateOf(false), templateOf(true)];
  const wiring = readWiring(off, endpoint);

  it('is read, and is the same with CloudFront as without', () => {
    const { functions, resourcePolicies, ...same } = readWiring(on, endpoint);
    const { functions: _, resourcePolicies: __, ...without } = wiring;
    expect(butAddress(same)).toEqual(butAddress(without));
    expect(functions.find(({ name }) => name.startsWith('ChannelIndexer'))?.Environment.Variables).toMatchObject({
      GATEHOUSE_BUCKET: wiring.buckets[0]?.name,
      GATEHOUSE_INDEX_QUEUE_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/000000000000\/ChannelIndexQueue/),
      GATEHOUSE_SERVED_NAME: 'gatehouse',
      GATEHOUSE_DISTRIBUTION_ID: expect.stringMatching(/^ChannelDistribution/),
    });
    expect(resourcePolicies.length).toBeGreaterThan(wiring.resourcePolicies.length);
  });

  it.each([
    ['a resource', { Type: 'AWS::DynamoDB::Table' }, 'not known here: New, AWS::DynamoDB::Table'],
    ['a property', { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } }, 'FifoQueue'],
    ['a function', { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: { 'Fn::If': [] } } }, 'Fn::If'],
  ])('%s that is not known is an error', (_, resource, message) => {
    const template = Object(off);
    const more = { ...template, Resources: { ...template.Resources, New: resource } };
    expect(() => readWiring(more, endpoint)).toThrow(message);
  });

  it('who may what: by role, prefix, and the create-only rule', () => {
    const may = mayDo(wiring);
    const caller = (start: string) => `${wiring.functions.find(({ name }) => name.startsWith(start))?.name}-3`;
    const ask = (by: string, operation: string, key: string, headers = {}) =>
      may({ service: 's3', operation, resource: wiring.buckets[0]?.name ?? '', key, caller: by, headers });
    const [downloader, indexer] = [caller('ChannelDownloader'), caller('ChannelIndexer')];
    const created = { 'if-none-match': '*' };
    expect(ask(downloader, 'PutObject', 'conda/noarch/a-1-0.conda', created)).toBe(true);
    expect(ask(downloader, 'PutObject', 'conda/noarch/a-1-0.conda')).toBe(false);
    expect(ask('test', 'CompleteMultipartUpload', 'conda/noarch/a-1-0.conda')).toBe(false);
    expect(ask(downloader, 'UploadPart', 'conda/noarch/a-1-0.conda')).toBe(true);
    expect(ask(downloader, 'DeleteObject', 'conda/noarch/a-1-0.conda')).toBe(false);
    expect(ask(indexer, 'PutObject', 'conda/noarch/a-1-0.conda', created)).toBe(false);
    expect(ask(indexer, 'PutObject', 'conda/noarch/repodata.json')).toBe(true);
    expect(ask(indexer, 'ListObjectsV2', 'conda/noarch/')).toBe(true);
    expect(ask(indexer, 'ListObjectsV2', '_gatehouse/runs/')).toBe(false);
  });
});
