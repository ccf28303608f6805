import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatehouseError } from '../../core/problems/error.ts';
import { fetchBatch } from '../../lambdas/downloader.ts';
import { batch, type CloudLab, failing, startCloudLab } from '../support/cloud/cloud-lab.ts';
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

describe('the downloader', () => {
  const context = { getRemainingTimeInMillis: () => 900_000 };
  const jobs = async () => {
    await cloud.allowlist(lab.allowing('a'));
    const bodies: string[] = [];
    cloud.drop = (body) => {
      if (body.includes('"artifact"')) bodies.push(body);
      return body.includes('"artifact"') || body.includes('"settle"');
    };
    await cloud.run();
    expect(bodies).toHaveLength(2);
    return bodies;
  };
  const world = (more: object = {}) => ({ ...cloud.world(), telemetry: cloud.telemetry, ...more });

  it('one artifact that fails is told by name, with what to do, and the others are stored', async () => {
    const hint = 'the channel wants credentials';
    const failed = vi.spyOn(cloud.telemetry, 'failed');
    const [first = '', second = ''] = await jobs();
    const { fetch } = world();
    const refusing = async (at: string, headers: Record<string, string>) => {
      if (at.includes('a-1.0')) throw new GatehouseError('upstream.status', 'answered with status 403', { hint });
      return fetch(at, headers);
    };
    const reply = await fetchBatch({ Records: batch(first, second) }, world({ fetch: refusing }), context);
    expect(reply.batchItemFailures).toHaveLength(1);
    expect(Object.keys(cloud.objects('conda/linux-64/b'))).toHaveLength(1);
    expect(cloud.telemetry.lines.join('\n')).toMatch(/failed: .*linux-64\/a-1\.0-0\.conda: upstream\.status/);
    expect(failed.mock.calls).toEqual([[expect.any(String), expect.objectContaining({ code: 'fetch.failed', hint })]]);
  });

  it('one that is too large for the scratch disk fails by name', async () => {
    const [first = ''] = await jobs();
    const { store } = world();
    const small = {
      ...store,
      stage: async () => {
        throw new GatehouseError('store.too-large', 'more than the 10 bytes there is scratch space for');
      },
    };
    expect(await fetchBatch({ Records: batch(first) }, world({ store: small }), context)).toEqual(failing('m0'));
    expect(cloud.telemetry.lines.join('\n')).toMatch(/fetch\.failed .*a-1\.0-0\.conda.*scratch space/);
  });

  it('tells its fetch which channel named the package', async () => {
    const [first = ''] = await jobs();
    const told: (string | undefined)[] = [];
    const { fetch } = world();
    const asking = (at: string, headers: Record<string, string>, from?: string) => {
      told.push(from);
      return fetch(at, headers);
    };
    expect(await fetchBatch({ Records: batch(first) }, world({ fetch: asking }), context)).toEqual(failing());
    expect(lab.allowing('a')).toMatchObject({ channels: told });
  });

  it('one that is known to be too large is not even asked for, and comes once there is space', async () => {
    const [first = ''] = await jobs();
    const asked: string[] = [];
    const { fetch } = world();
    const asking = (at: string, headers: Record<string, string>) => {
      asked.push(at);
      return fetch(at, headers);
    };
    const reply = await fetchBatch({ Records: batch(first) }, world({ fetch: asking, scratch: 10 }), context);
    expect([reply, asked]).toEqual([failing('m0'), []]);
    expect(cloud.telemetry.lines.join('\n')).toMatch(
      /failed: .*a-1\.0-0\.conda.*\d bytes do not fit into 10 of scratch space/,
    );
    expect(await fetchBatch({ Records: batch(first) }, world({ scratch: 100_000 }), context)).toEqual(failing());
    expect(await fetchBatch({ Records: batch(first) }, world({ fetch: asking, scratch: 10 }), context)).toEqual(
      failing(),
    );
  });

  it('a transfer that outlasts the function fails by name before the function ends', async () => {
    const [first = ''] = await jobs();
    let left = 900_000;
    const { fetch } = world();
    const slow = async (at: string, headers: Record<string, string>) => {
      const response = await fetch(at, headers);
      left = 5000;
      return response;
    };
    const reply = await fetchBatch({ Records: batch(first) }, world({ fetch: slow }), {
      getRemainingTimeInMillis: () => left,
    });
    expect(reply).toEqual(failing('m0'));
    expect(cloud.telemetry.lines.join('\n')).toMatch(/a-1\.0-0\.conda.*time is over/);
    expect(Object.keys(cloud.objects('conda/linux-64/a'))).toEqual([]);
  });

  it('a job of a run that was superseded brings nothing in', async () => {
    const [first = ''] = await jobs();
    cloud.drop = () => false;
    await cloud.allowlist(lab.allowing('c'));
    await cloud.run();
    expect(await cloud.invoke('downloader', batch(first))).toEqual(failing());
    expect(Object.keys(cloud.objects('conda/linux-64/a'))).toEqual([]);
  });

  it('a job of a run whose allowlist is another by now brings nothing in, though no run has taken its place yet', async () => {
    const [first = ''] = await jobs();
    cloud.drop = () => true;
    await cloud.allowlist({ ...lab.allowing('c'), reserved: ['a'] });
    expect(await cloud.invoke('downloader', batch(first))).toEqual(failing());
    expect(Object.keys(cloud.objects('conda/linux-64/a'))).toEqual([]);
  });

  it('nor does one whose allowlist changes while it is fetched', async () => {
    const [first = ''] = await jobs();
    cloud.drop = () => true;
    const { fetch } = world();
    const slow = async (at: string, headers: Record<string, string>) => {
      const response = await fetch(at, headers);
      await cloud.allowlist({ ...lab.allowing('c'), reserved: ['a'] });
      return response;
    };
    expect(await fetchBatch({ Records: batch(first) }, world({ fetch: slow }), context)).toEqual(failing());
    expect(Object.keys(cloud.objects('conda/linux-64/a'))).toEqual([]);
    expect(Object.keys(cloud.objects('_gatehouse/provenance/'))).toEqual([]);
  });

  it('a job twice is a success twice', async () => {
    const [first = ''] = await jobs();
    expect(await cloud.invoke('downloader', batch(first, first))).toEqual(failing());
    expect(await cloud.invoke('downloader', batch(first))).toEqual(failing());
  });
});
