import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { isOfLedger } from '../../support/gate/gate-keys.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { listed, textOf } from '../../support/store/objects.ts';
import { artifactOf } from '../../support/upstream/artifact-of.ts';
import { digests, flipped, right, sample } from '../../support/upstream/fetch-sample.ts';
import { type FetchScene, fetchScene, wrongsIn } from '../../support/upstream/fetch-scene.ts';
import { type Answer, cut, hangUp, ok, status, testUpstream } from '../../support/upstream/test-upstream.ts';
import type { Fault } from '../../twins/store-memory.ts';

const key = packageKey('conda', sample.artifact.subdir, sample.artifact.filename);

const contents = ({ store }: FetchScene) =>
  [...store.objects]
    .map(([where, { bytes }]) => [where, Buffer.from(bytes).toString('hex')])
    .filter(([where = '']) => !isOfLedger(where))
    .sort();

describe('whatever fails', () => {
  it.each(['broken', 'ambiguous', 'conflict'] as const)(
    'at any operation of the store (%s), running again converges and nothing wrong is ever seen',
    async (kind) => {
      await using upstream = await testUpstream(ok(right));
      const { artifact } = await artifactOf(upstream.url);
      const calm = fetchScene(digests.sha256);
      await fetchArtifact(artifact, calm.world);
      expect(calm.operations.length).toBeGreaterThan(4);
      for (let at = 1; at <= calm.operations.length; at++) {
        const scene = fetchScene(digests.sha256, (_, count) => (count === at ? kind : undefined));
        const first = await fetchArtifact(artifact, scene.world).catch((error) => error);
        if (first.status === undefined) expect(first, `operation ${at}`).toMatchObject({ retry: true });
        const second = await fetchArtifact(artifact, scene.world);
        expect(['stored', 'present']).toContain(second.status);
        expect([...scene.wrongs, ...wrongsIn(scene.store, digests.sha256)]).toEqual([]);
        expect(contents(scene)).toEqual(contents(calm));
      }
    },
  );

  it('in any order, upstream and in the store: only the right bytes are ever seen, and a calm run brings them', async () => {
    const answers: readonly Answer[] = [
      ok(right),
      ok(flipped),
      ok(right.subarray(9)),
      cut(right.subarray(0, 99), right.length),
      hangUp,
      status(500),
      status(404),
    ];
    const faults = fc.array(
      fc.option(fc.constantFrom<Fault>('broken', 'ambiguous', 'conflict'), { nil: undefined, freq: 9 }),
      {
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...answers), { maxLength: 8 }), faults, async (played, storeFaults) => {
        await using upstream = await testUpstream(...played, ok(right));
        const { artifact } = await artifactOf(upstream.url);
        const scene = fetchScene(digests.sha256, (_, count) => storeFaults[count - 1]);
        // Each run meets at least one store fault or one bad answer while there are any: 30 and 8 at most.
        for (let run = 0; run < 40; run++) {
          const outcome = await fetchArtifact(artifact, scene.world).catch((error) => {
            expect(error).toMatchObject({ retry: true });
            return { status: 'failed' };
          });
          const isThere = scene.store.objects.has(key);
          if (outcome.status !== 'failed') expect(isThere).toBe(true);
        }
        expect([...scene.wrongs, ...wrongsIn(scene.store, digests.sha256)]).toEqual([]);
        expect(scene.store.objects.has(key)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('in a folder', () => {
  let upstream: Awaited<ReturnType<typeof testUpstream>>;
  beforeAll(async () => {
    upstream = await testUpstream(ok(flipped), ok(flipped), ok(right));
  });
  afterAll(() => upstream[Symbol.asyncDispose]());

  it('an artifact is refused, stored, present, and an alarm once someone changed its file', async () => {
    await using folder = await temporaryFolder();
    const store = folderStore(folder.path);
    const { artifact } = await artifactOf(upstream.url);
    const world = { ...fetchScene(digests.sha256).world, store, gate: testGate(store) };
    expect(await fetchArtifact(artifact, world)).toMatchObject({ status: 'failed', problem: { code: 'fetch.sha256' } });
    expect(await listed(store, '')).toEqual([]);
    expect(await fetchArtifact(artifact, world)).toEqual({ status: 'stored' });
    expect(await fetchArtifact(artifact, world)).toEqual({ status: 'present' });
    expect((await listed(store, 'conda/')).map((head) => head.key)).toEqual([key]);
    await store.put(key, flipped);
    expect(await fetchArtifact(artifact, world)).toMatchObject({ problem: { code: 'fetch.mutated' } });
    expect(await textOf(await store.get(key))).toBe(Buffer.from(flipped).toString());
  });
});
