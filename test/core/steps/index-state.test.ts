import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../core/index/manifest.ts';
import { readIndex } from '../../../core/index/read-index.ts';
import { segmentKey, stateKey } from '../../../core/layout/keys.ts';
import type { IndexOptions } from '../../../core/steps/index-subdir.ts';
import { a, b, run } from '../../support/index/index-run.ts';
import { type IndexScene, indexScene, subdir } from '../../support/index/index-scene.ts';
import { key } from '../../support/store/objects.ts';
import { encodeRepodata } from '../../support/upstream/encode-repodata.ts';

describe('a state that is', () => {
  const withState = async () => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene);
    const place = { ...scene.world, subdir };
    const { manifest } = await readManifest(place);
    const [segment] = manifest?.sections['packages.conda'] ?? [];
    if (segment === undefined) return expect.unreachable();
    return { scene, segment: segmentKey('conda', subdir, segment.sha256), served: await scene.served() };
  };

  const damages: [string, 'root' | 'segment', Uint8Array | 'flip' | null][] = [
    ['no JSON', 'root', Buffer.from('{"version":1')],
    ['of another version', 'root', Buffer.from('{"version":2}')],
    ['gone', 'root', null],
    ['missing a segment', 'segment', null],
    ['damaged in a segment', 'segment', Buffer.from('\n')],
    ['other than its hash', 'segment', 'flip'],
  ];
  const asked: IndexOptions[] = [{}, { hints: [] }, { rebuild: true }];
  const cases = damages.flatMap((damage) => asked.map((options) => [...damage, options] as const));
  it.each(cases)('%s (%s) is made again and goes on above all before', async (_what, which, bytes, options) => {
    const { scene, segment, served } = await withState();
    const where = which === 'root' ? stateKey('conda', subdir) : segment;
    const flipped = Buffer.from(scene.store.objects.get(where)?.bytes ?? []).map((byte) =>
      byte === 0x30 ? 0x31 : byte,
    );
    const planted = bytes === 'flip' ? flipped : bytes;
    await (planted === null ? scene.store.delete(where) : scene.store.put(where, planted));
    // With hints that touch nothing only an output that must be written reads the segments.
    await scene.store.delete(key('conda/linux-64/repodata.json'));
    const problems = which === 'root' && bytes === null ? [] : [{ code: 'index.state', subject: subdir }];
    expect(await run(scene, options)).toMatchObject({ packages: 2, generation: 2, changed: true, problems });
    expect(await scene.served()).toEqual(served);
    expect(await run(scene)).toMatchObject({ changed: false, problems: [] });
  });
});

type Act = 'copy' | 'remove' | 'withdraw' | 'allow';
type Decisions = Record<string, { withdrawn: { at: number; reason: string } }>;

async function change(
  scene: IndexScene,
  { name, act }: { name: string; act: Act },
  decisions: Decisions,
): Promise<void> {
  if (act === 'copy') await scene.copy(name);
  if (act === 'remove') await scene.remove(name);
  if (act === 'withdraw') decisions[name] = { withdrawn: { at: 1, reason: 'x' } };
  if (act === 'allow') delete decisions[name];
  await scene.decide(decisions);
}

/** A store with the same packages and decisions, and nothing else. */
async function copyOf(scene: IndexScene, decisions: Decisions): Promise<IndexScene> {
  const fresh = indexScene();
  for (const where of scene.store.objects.keys()) {
    if (/\.(conda|tar\.bz2)$/.test(where)) await fresh.copy(where.slice('conda/linux-64/'.length));
  }
  await fresh.decide(decisions);
  return fresh;
}

it('any order of updates, by hints or listings, and a rebuild give the same bytes', async () => {
  const pool = ['a-1-0.conda', 'a-1-0.tar.bz2', 'a-2-0.conda', 'b-1-0.tar.bz2', 'c-1-0.conda'];
  const step = fc.record({
    name: fc.constantFrom(...pool),
    act: fc.constantFrom<Act>('copy', 'remove', 'withdraw', 'allow'),
    byHint: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const scene = indexScene();
      const decisions: Decisions = {};
      for (const each of steps) {
        await change(scene, each, decisions);
        await run(scene, each.byHint ? { hints: [key(`conda/linux-64/${each.name}`)] } : {});
      }
      const { generation } = await run(scene);
      const served = await scene.served();
      const removed = Object.keys(decisions).filter((name) => scene.store.objects.has(key(`conda/linux-64/${name}`)));
      const plain = encodeRepodata(subdir, (await readIndex(scene.store, 'conda', subdir)) ?? new Map(), removed);
      expect(await scene.repodata()).toBe(Buffer.from(plain).toString());
      const zst = scene.store.objects.get(key('conda/linux-64/repodata.json.zst'));
      expect(zstdDecompressSync(zst?.bytes ?? '').equals(plain)).toBe(true);
      expect(await run(scene, { rebuild: true })).toMatchObject({ generation, changed: false });
      const fresh = await copyOf(scene, decisions);
      await run(fresh);
      expect(await fresh.served()).toEqual(served);
    }),
    { numRuns: 40 },
  );
});
