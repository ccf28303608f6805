import { describe, expect, it } from 'vitest';
import { artifactId } from '../../../core/documents/plan.ts';
import { packageKey, provenanceKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { isOfLedger } from '../../support/gate/gate-keys.ts';
import { bytes, textOf } from '../../support/store/objects.ts';
import { artifactOf } from '../../support/upstream/artifact-of.ts';
import { digests, failed, fetchFrom, flipped, half, right, sample } from '../../support/upstream/fetch-sample.ts';
import { fetchScene, provenancesIn } from '../../support/upstream/fetch-scene.ts';
import { cut, hangUp, ok, status, testUpstream, trickle } from '../../support/upstream/test-upstream.ts';

describe('an artifact whose bytes are right', () => {
  it.each(['.conda', '.tar.bz2'] as const)('is stored with its hashes and its provenance: %s', async (format) => {
    const { bytes: body, digests: facts } = await artifactOf('http://x', { format });
    const { outcome, store, artifact, events, wrongs } = await fetchFrom([ok(body)], {}, { format });
    expect(outcome).toEqual({ status: 'stored' });
    const key = packageKey('conda', artifact.subdir, artifact.filename);
    const { sha256, md5, size } = facts;
    expect(store.objects.get(key)).toMatchObject({ bytes: Buffer.from(body), metadata: { sha256, md5 } });
    expect(provenancesIn(store)).toEqual([
      {
        version: 1,
        channel: 'conda',
        subdir: 'noarch',
        filename: artifact.filename,
        sha256,
        md5,
        size,
        origin: { type: 'upstream', channel: artifact.channel, url: artifact.url },
        record: artifact.record,
        findings: [],
        firstSeen: 1_700_000_000_000,
      },
    ]);
    expect(events).toEqual([
      { type: 'fetch.started', key, size },
      { type: 'fetch.done', key, size },
    ]);
    expect(wrongs).toEqual([]);
  });

  it('has its entry of the ledger, its verdict and its provenance before anybody can see it', async () => {
    const { operations, artifact } = await fetchFrom([ok(right)]);
    const key = packageKey('conda', artifact.subdir, artifact.filename);
    const provenance = provenanceKey('conda', artifact.subdir, artifact.filename, digests.sha256);
    const verdict = `verdicts/conda/${artifactId(artifact)}/${digests.sha256}.json`;
    const writes = operations.filter((operation) => /^(put|publish)/.test(operation));
    expect(writes).toEqual([
      ...['ledger/000000000001.json', 'ledger-head.json', verdict].map((name) => `put _gatehouse/${name}`),
      `put ${provenance}`,
      `publish ${key}`,
    ]);
  });

  it.each([
    ['comes byte by byte', [trickle(right)], 1],
    ['comes after a redirect', [status(302, { location: '/elsewhere' }), ok(right)], 2],
    ['comes after five times 503', [...Array.from({ length: 5 }, () => status(503)), ok(right)], 6],
    ['comes after a connection was refused an answer', [hangUp, ok(right)], 2],
    ['comes after two transfers were cut', [cut(half, right.length), cut(half, right.length), ok(right)], 3],
    ['comes after two short answers', [ok(half), ok(half), ok(right)], 3],
    ['comes after a stale cache gave other bytes', [ok(flipped), ok(right)], 2],
    ['comes as if compressed', [ok(right, { 'content-type': 'application/x-gzip' })], 1],
  ])('is stored when it %s', async (_, answers, requests) => {
    const result = await fetchFrom(answers);
    expect(result).toMatchObject({ outcome: { status: 'stored' }, requests, wrongs: [] });
    expect(provenancesIn(result.store)[0]?.origin).toMatchObject({ url: result.artifact.url });
  });

  it('is known by what its server calls it, unless that is beyond all measure', async () => {
    const named = await fetchFrom([ok(right, { etag: '"5d0-abc"' })]);
    expect(provenancesIn(named.store)[0]?.origin).toMatchObject({ type: 'upstream', etag: '"5d0-abc"' });
    const endless = await fetchFrom([ok(right, { etag: `"${'x'.repeat(1000)}"` })]);
    expect(provenancesIn(endless.store)[0]?.origin).not.toHaveProperty('etag');
  });

  it('waits as long as a 429 asks', async () => {
    const { outcome, waits, events } = await fetchFrom([status(429, { 'retry-after': '7' }), ok(right)]);
    expect(outcome).toEqual({ status: 'stored' });
    expect(waits).toEqual([7000]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'retry', attempt: 1, waitMs: 7000 }));
  });

  it('tells how it goes, each MiB', async () => {
    const spec = { files: [{ path: 'share/noise', size: 3_500_000 }] };
    const { bytes: body } = await artifactOf('http://x', spec);
    const { events, outcome } = await fetchFrom([ok(body)], {}, spec);
    expect(outcome).toEqual({ status: 'stored' });
    const received = events.flatMap((event) => (event.type === 'fetch.progress' ? [event.received] : []));
    expect(received.map((count) => Math.floor(count / 1024 ** 2))).toEqual([1, 2, 3]);
    expect(events.filter((event) => event.type === 'fetch.progress').every(({ size }) => size === body.length)).toBe(
      true,
    );
  });
});

describe('an artifact that is in the store', () => {
  const key = packageKey('conda', sample.artifact.subdir, sample.artifact.filename);

  it('is present without a request, known by its metadata or its bytes', async () => {
    await using upstream = await testUpstream(ok(right));
    const { artifact } = await artifactOf(upstream.url);
    const scene = fetchScene(digests.sha256);
    expect(await fetchArtifact(artifact, scene.world)).toEqual({ status: 'stored' });
    expect(await fetchArtifact(artifact, scene.world)).toEqual({ status: 'present' });
    const copied = fetchScene(digests.sha256);
    await copied.store.put(key, right);
    expect(await fetchArtifact(artifact, copied.world)).toEqual({ status: 'present' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('is an alarm without a request when its bytes are others, and stays as it is', async () => {
    await using upstream = await testUpstream(ok(right));
    const { artifact } = await artifactOf(upstream.url);
    const { store, world, events } = fetchScene(digests.sha256);
    await store.put(key, flipped);
    const outcome = await fetchArtifact(artifact, world);
    expect(outcome).toEqual(failed('fetch.mutated', new RegExp(`${digests.sha256}, got ${sha256Of(flipped)}`)));
    expect(events).toEqual([expect.objectContaining({ type: 'fetch.failed' })]);
    expect(upstream.requests).toEqual([]);
    expect(store.objects.get(key)?.bytes).toEqual(flipped);
    expect(provenancesIn(store)).toEqual([]);
  });

  it.each([
    ['present', right],
    ['failed', bytes('other bytes')],
  ] as const)('is %s when another worker publishes first', async (expected, theirs) => {
    await using upstream = await testUpstream(ok(right));
    const { artifact } = await artifactOf(upstream.url);
    const scene = fetchScene(digests.sha256);
    const { store } = scene;
    const racing = {
      ...store,
      stage: async () => {
        await store.put(key, theirs);
        return store.stage();
      },
    };
    const outcome = await fetchArtifact(artifact, { ...scene.world, store: racing });
    expect(outcome.status).toBe(expected);
    if (outcome.status === 'failed') expect(outcome).toEqual(failed('fetch.mutated', /other bytes under this name/));
    expect(await textOf(await store.get(key))).toBe(Buffer.from(theirs).toString());
  });

  it('is stored once by ten workers at the same time', async () => {
    await using upstream = await testUpstream(ok(right));
    const { artifact } = await artifactOf(upstream.url);
    const { world, store, wrongs } = fetchScene(digests.sha256);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => fetchArtifact(artifact, world)));
    expect(outcomes.filter((outcome) => outcome.status === 'stored')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === 'present')).toHaveLength(9);
    expect(wrongs).toEqual([]);
    expect([...store.objects.keys()].filter((at) => !isOfLedger(at))).toHaveLength(3);
  });
});
