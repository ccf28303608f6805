import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/names/digest.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { isOfGate } from '../../support/gate/gate-keys.ts';
import { bytes } from '../../support/store/objects.ts';
import { artifactOf } from '../../support/upstream/artifact-of.ts';
import { digests, failed, fetchFrom, flipped, half, right, sample } from '../../support/upstream/fetch-sample.ts';
import { fetchScene, provenancesIn } from '../../support/upstream/fetch-scene.ts';
import { cut, endless, hangUp, mislabelled, ok, status, testUpstream } from '../../support/upstream/test-upstream.ts';

describe('an artifact whose bytes are not what its record says', () => {
  it.each([
    [
      'other bytes',
      [ok(flipped)],
      'fetch.sha256',
      new RegExp(`expected sha256 ${digests.sha256}, got ${sha256Of(flipped)}`),
      2,
    ],
    ['too few bytes', [ok(half)], 'fetch.size', new RegExp(`expected size ${right.length}, got ${half.length}`), 3],
    ['no bytes', [ok(new Uint8Array())], 'fetch.size', /got 0/, 3],
    ['one byte too many', [ok(Buffer.concat([right, Buffer.alloc(1)]))], 'fetch.size', /more arrived/, 3],
    ['bytes without end', [endless], 'fetch.size', /more arrived/, 3],
    ['a transfer cut each time', [cut(half, right.length)], 'upstream.body', /cut/, 3],
    ['a Content-Length too large', [mislabelled(right, right.length + 9)], 'upstream.body', /cut/, 3],
    ['a Content-Length too small', [mislabelled(right, right.length - 9)], 'fetch.size', /expected size/, 3],
    ['status 404', [status(404)], 'upstream.status', /404/, 1],
    ['status 403', [status(403)], 'upstream.status', /403/, 1],
    ['a partial answer nobody asked for', [status(206)], 'upstream.status', /206/, 1],
    ['status 503 for ever', [status(503)], 'upstream.status', /503/, 6],
    ['no answer ever', [hangUp], 'upstream.unreachable', /no answer/, 6],
    ['first short, then other bytes', [ok(half), ok(flipped)], 'fetch.sha256', /expected sha256/, 3],
  ])('fails and leaves nothing: %s', async (_, answers, code, detail, requests) => {
    const { outcome, store, events, wrongs, ...result } = await fetchFrom(answers);
    expect(outcome).toMatchObject(failed(code, detail));
    expect([...store.objects.keys()]).toEqual([]);
    expect(wrongs).toEqual([]);
    expect(result.requests).toBe(requests);
    expect(events.at(-1)).toMatchObject({ type: 'fetch.failed', problem: { code } });
  });

  it('fails on an md5 that is wrong beside a right sha256', async () => {
    const { outcome, store } = await fetchFrom([ok(right)], { md5: '0'.repeat(32) });
    expect(outcome).toEqual(failed('fetch.md5', /expected md5 0{32}, got/));
    expect(store.objects.size).toBe(0);
  });

  it('shows no token of its URL', async () => {
    await using upstream = await testUpstream(status(403));
    const { artifact } = await artifactOf(`${upstream.url}/t/SECRET/channel`);
    const { world, events } = fetchScene(digests.sha256);
    await fetchArtifact(artifact, world);
    expect(JSON.stringify(events)).not.toContain('SECRET');
  });
});

describe('an artifact whose record says little', () => {
  it('is stored by md5 and size, and its provenance says so', async () => {
    const { outcome, store } = await fetchFrom([ok(right)], { sha256: null });
    expect(outcome).toEqual({ status: 'stored' });
    expect(provenancesIn(store)).toMatchObject([
      { sha256: digests.sha256, findings: [{ code: 'fetch.unverifiable', detail: expect.stringContaining('sha256') }] },
    ]);
  });

  it('is stored by sha256 alone', async () => {
    expect((await fetchFrom([ok(right)], { size: null, md5: null })).outcome).toEqual({ status: 'stored' });
    expect((await fetchFrom([ok(flipped)], { size: null, md5: null })).outcome).toEqual(failed('fetch.sha256', /got/));
  });

  it.each([{ md5: null }, { size: null }, { md5: null, size: null }])(
    'is refused unasked without sha256 and with %o',
    async (changes) => {
      const { outcome, requests } = await fetchFrom([ok(right)], { sha256: null, ...changes });
      expect(outcome).toEqual(failed('fetch.unverifiable', /expected a sha256/));
      expect(requests).toBe(0);
    },
  );

  it('is refused when md5 or size differ and there is no sha256', async () => {
    const other = await fetchFrom([ok(flipped)], { sha256: null });
    expect(other.outcome).toEqual(failed('fetch.md5', /expected md5/));
    const short = await fetchFrom([ok(half)], { sha256: null });
    expect(short.outcome).toEqual(failed('fetch.size', /expected size/));
  });
});

it('a package is not asked for on this machine, where a channel that is elsewhere says it is', async () => {
  const { outcome, requests, waits } = await fetchFrom([ok(right)], { channel: 'https://channel.example/c' });
  expect(outcome).toMatchObject(failed('upstream.unreachable', /of this machine or its own link/));
  expect([requests, waits]).toEqual([0, []]);
});

const kept = (code: string, detail: RegExp) => ({ ...failed(code, detail), status: 'held' });

describe('a package that contradicts what it is said to be', () => {
  const refused = async (spec: object, changes: object, filename = sample.artifact.filename) => {
    const { bytes: body } = await artifactOf('http://x', spec);
    const facts = { sha256: sha256Of(body), md5: null, size: body.length };
    const { outcome, store, requests } = await fetchFrom([ok(body)], { ...facts, filename, ...changes }, spec);
    expect([...store.objects.keys()].filter((at) => !isOfGate(at))).toEqual([]);
    expect(requests).toBe(1);
    return outcome;
  };
  const { record } = sample.artifact;

  it.each([
    ['name', { extraIndex: { name: 'other' } }, {}],
    ['version', { extraIndex: { version: '2.0' } }, {}],
    ['build', { extraIndex: { build: '1' } }, {}],
    ['subdir', { extraIndex: { subdir: 'linux-64' } }, {}],
    ['name', {}, { record: { ...record, name: 'other' } }],
  ])('is refused: %s', async (field, spec, changes) => {
    expect(await refused(spec, changes)).toEqual(kept('gate.rejected', new RegExp(`^B1\\..*${field}`)));
  });

  it('is refused when it is no package at all', async () => {
    const junk = bytes('<html>not here any more</html>');
    const facts = { sha256: sha256Of(junk), md5: null, size: junk.length };
    const { outcome, store, requests } = await fetchFrom([ok(junk)], facts);
    expect(outcome).toEqual(kept('gate.rejected', /^A/));
    expect([[...store.objects.keys()].filter((at) => !isOfGate(at)), requests]).toEqual([[], 1]);
  });
});
