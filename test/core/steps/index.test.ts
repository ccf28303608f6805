import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/digest.ts';
import { readIndex } from '../../../core/index/read-index.ts';
import { readRoot } from '../../../core/index/state/index-root.ts';
import { segmentKey, stateKey } from '../../../core/layout.ts';
import { type IndexOptions, indexSubdir } from '../../../core/steps/index.ts';
import { encodeRepodata } from '../../support/encode-repodata.ts';
import { type IndexScene, indexScene, subdir } from '../../support/index-scene.ts';
import { key } from '../../support/objects.ts';
import { newBucket } from '../../twins/store-memory.ts';

const [a, b, c] = ['a-1-0.conda', 'b-1-0.tar.bz2', 'c-1-0.conda'];
const run = (scene: IndexScene, options?: IndexOptions) => indexSubdir(subdir, scene.world, options);
const names = async (scene: IndexScene): Promise<string[]> => {
  const repodata = JSON.parse((await scene.repodata()) ?? '{}');
  return [...Object.keys(repodata.packages), ...Object.keys(repodata['packages.conda'])];
};

describe('an index', () => {
  it('of nothing is written, with all five keys', async () => {
    const scene = indexScene();
    expect(await run(scene)).toMatchObject({ packages: 0, generation: 1, changed: true, problems: [] });
    expect(await scene.repodata()).toBe(
      '{"info":{"subdir":"linux-64"},"packages":{},"packages.conda":{},"removed":[],"repodata_version":1}',
    );
  });

  it('that is up to date is not written, not even its state', async () => {
    const bucket = newBucket();
    let stages = 0;
    const scene = indexScene({ before: (operation) => void (operation === 'stage' && stages++) }, bucket);
    for (const name of [a, b]) await scene.copy(name);
    await run(scene);
    scene.writes();
    stages = 0;
    const { versions } = bucket;
    for (const options of [{}, { hints: [key(`conda/linux-64/${a}`)] }, { rebuild: true }]) {
      expect(await run(scene, options)).toMatchObject({ packages: 2, generation: 1, changed: false });
      const refused = scene.writes().filter((where) => /\/[0-9a-f]{64}$/.test(where));
      expect(refused).toHaveLength(options.rebuild ? 2 : 0);
      expect([scene.writes(), bucket.versions, stages]).toEqual([[], versions, 0]);
    }
  });

  it('is written after what it is made of, .zst before .json', async () => {
    const scene = indexScene();
    await scene.copy(a);
    scene.writes();
    await run(scene);
    const kinds = scene.writes().map((where) => where.replace(/[0-9a-f]{64}/, '<sha256>'));
    expect(kinds.filter((kind) => !kind.includes('<sha256>.'))).toEqual([
      '_gatehouse/state/conda/linux-64/<sha256>',
      '_gatehouse/state/conda/linux-64.json',
      'conda/linux-64/repodata.json.zst',
      'conda/linux-64/repodata.json',
      'conda/linux-64/current_repodata.json',
      'conda/linux-64/run_exports.json',
    ]);
    expect(kinds[0]).toBe(`_gatehouse/provenance/conda/linux-64/${a}/<sha256>.json`);
  });

  it('follows hints and looks at nothing else', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene);
    await scene.copy(c);
    const hint = await scene.copy(b);
    expect(
      await run(scene, { hints: [hint, key('conda/noarch/x-1-0.conda'), key('conda/linux-64/x.txt')] }),
    ).toMatchObject({
      packages: 2,
      generation: 2,
    });
    expect(await names(scene)).toEqual([b, a]);
    await scene.remove(a);
    await run(scene, { hints: [hint] });
    expect(await names(scene)).toEqual([b, a]);
    await run(scene);
    expect(await names(scene)).toEqual([b, c]);
  });

  it('with hints for a subdir that has no state lists it', async () => {
    const scene = indexScene();
    await scene.copy(a);
    expect(await run(scene, { hints: [await scene.copy(b)] })).toMatchObject({ packages: 2 });
  });

  it('takes up what control decides, hints or not, and gives it back when control does', async () => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene);
    const before = await scene.served();
    await scene.decide({ [a]: { withdrawn: { at: 1, reason: 'recalled' } }, [b]: { why: ['b'] } });
    expect(await run(scene, { hints: [] })).toMatchObject({ packages: 1, generation: 2 });
    expect(await names(scene)).toEqual([b]);
    expect(await scene.repodata()).toContain(`"removed":["${a}"]`);
    await scene.decide({});
    expect(await run(scene, { hints: [] })).toMatchObject({ packages: 2, generation: 3 });
    expect(await scene.served()).toEqual(before);
  });

  it('is not touched by a decision that says nothing about it', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene);
    await scene.decide({ [a]: { why: ['a'], unneededSince: 5 } });
    scene.writes();
    expect(await run(scene)).toMatchObject({ generation: 1, changed: false });
    expect(scene.writes()).toEqual([stateKey('conda', subdir)]);
  });

  it('names a poison package at every run, fails nothing for it, and reads it again only when it changes', async () => {
    const reads: string[] = [];
    const scene = indexScene({ before: (operation, where) => void (operation === 'read' && reads.push(where)) });
    await scene.copy(a);
    const poison = key(`conda/linux-64/${c}`);
    await scene.store.put(poison, Buffer.from('no archive'));
    const problem = { code: 'package.refused', subject: `linux-64/${c}` };
    expect(await run(scene)).toMatchObject({ packages: 1, problems: [problem] });
    reads.length = 0;
    expect(await run(scene)).toMatchObject({ packages: 1, changed: false, problems: [problem] });
    expect(await run(scene, { hints: [] })).toMatchObject({ problems: [problem] });
    expect(reads).not.toContain(poison);
    await scene.copy(c);
    expect(await run(scene)).toMatchObject({ packages: 2, problems: [] });
  });
});

describe('a run that was cut off or overtaken', () => {
  it('between root and outputs is finished by the next one, which reads no package', async () => {
    let broken = true;
    const scene = indexScene({ fault: (operation) => (operation === 'publish' && broken ? 'broken' : undefined) });
    await scene.copy(a);
    await expect(run(scene)).rejects.toMatchObject({ code: 'store.broken' });
    expect(await scene.repodata()).toBeNull();
    broken = false;
    expect(await run(scene, { hints: [] })).toMatchObject({ packages: 1, generation: 1, changed: true });
    expect(await names(scene)).toEqual([a]);
  });

  it('never replaces an output of a later generation', async () => {
    const scene = indexScene({
      before: async (operation, where) => {
        if (operation !== 'publish' || !where.endsWith('.zst') || overtaken) return;
        overtaken = true;
        await scene.copy(b);
        await run(scene);
      },
    });
    let overtaken = false;
    await scene.copy(a);
    expect(await run(scene)).toMatchObject({ packages: 1, generation: 1, changed: false });
    expect(await names(scene)).toEqual([b, a]);
    expect(scene.store.objects.get(key('conda/linux-64/repodata.json.zst'))?.metadata).toEqual({ generation: '2' });
  });

  it('takes nothing up that went away while it stalled, though whoever saw it go found nothing to do', async () => {
    const scene = indexScene({
      before: async (operation, where) => {
        if (operation !== 'put' || where !== stateKey('conda', subdir) || !armed) return;
        armed = false;
        const hint = await scene.remove(a);
        expect(await run(scene, { hints: [hint] })).toMatchObject({ packages: 0, changed: false });
      },
    });
    let armed = false;
    await run(scene);
    await scene.copy(a);
    armed = true;
    expect(await run(scene, { hints: [key(`conda/linux-64/${a}`)] })).toMatchObject({ packages: 0 });
    expect(await names(scene)).toEqual([]);
  });

  it('makes good what it replaced when a tag came back with the bytes, as in S3', async () => {
    const bucket = newBucket({ etagOf: (bytes) => sha256Of(bytes) });
    const scene = indexScene(
      {
        before: async (operation, where) => {
          if (operation !== 'publish' || where !== 'conda/linux-64/repodata.json' || !armed) return;
          armed = false;
          await scene.remove(a);
          await run(scene);
        },
      },
      bucket,
    );
    let armed = false;
    await run(scene);
    await scene.copy(a);
    armed = true;
    await run(scene);
    expect(await names(scene)).toEqual([]);
    expect(scene.store.objects.get(key('conda/linux-64/repodata.json'))?.metadata).toEqual({ generation: '3' });
  });

  it('in the middle of a first index is gone on with by listing, whatever was asked', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene);
    const where = stateKey('conda', subdir);
    const root = JSON.parse(Buffer.from(scene.store.objects.get(where)?.bytes ?? []).toString());
    await scene.store.put(where, Buffer.from(JSON.stringify({ ...root, partial: true })));
    await scene.copy(b);
    expect(await run(scene, { hints: [] })).toMatchObject({ packages: 2 });
  });

  it('starts over when it lost the race, waits in between, and gives up with an error that says retry', async () => {
    let lost = 3;
    const scene = indexScene({
      fault: (operation, where) =>
        operation === 'put' && where === stateKey('conda', subdir) && lost-- > 0 ? 'conflict' : undefined,
    });
    await scene.copy(a);
    expect(await run(scene)).toMatchObject({ packages: 1 });
    expect(scene.waits).toEqual([50, 100, 200]);
    lost = Number.POSITIVE_INFINITY;
    await scene.copy(b);
    await expect(run(scene)).rejects.toMatchObject({ code: 'store.conflict', retry: true });
  });
});

describe('packages that come and go at every look', () => {
  /** Before each write of the root the package goes or comes, so many times. */
  const moving = async (moves: number) => {
    let left = 0;
    const scene = indexScene({
      before: async (operation, where) => {
        if (operation !== 'put' || where !== stateKey('conda', subdir) || left-- <= 0) return;
        await (scene.store.objects.has(key(`conda/linux-64/${a}`)) ? scene.remove(a) : scene.copy(a));
      },
    });
    await scene.copy(b);
    await run(scene);
    await scene.copy(a);
    left = moves;
    return { scene, rest: () => (left = 0) };
  };

  it.each([1, 6, 7, 20, 50])('are taken up when they rest after %i moves', async (moves) => {
    const { scene } = await moving(moves);
    expect(await run(scene)).toMatchObject({ packages: moves % 2 === 0 ? 2 : 1 });
    expect(await names(scene)).toEqual(moves % 2 === 0 ? [b, a] : [b]);
  });

  it('are given up with an error that says retry, and what was found is published', async () => {
    const { scene, rest } = await moving(Number.POSITIVE_INFINITY);
    await scene.copy(c);
    await expect(run(scene)).rejects.toMatchObject({
      code: 'store.conflict',
      retry: true,
      message: 'conda/linux-64 has not settled: it changed at each look',
    });
    expect(await names(scene)).toEqual(expect.arrayContaining([b, c]));
    const { root } = await readRoot({ ...scene.world, subdir });
    const json = scene.store.objects.get(key('conda/linux-64/repodata.json'));
    expect(json?.metadata).toEqual({ generation: `${root?.generation}` });
    expect(scene.waits.length).toBeLessThan(20);
    expect(Math.max(...scene.waits)).toBeGreaterThan(1000);
    rest();
    await run(scene, { hints: [] });
    await run(scene);
    expect(await names(scene)).toEqual(scene.store.objects.has(key(`conda/linux-64/${a}`)) ? [b, a, c] : [b, c]);
  });
});

describe('a state that is', () => {
  const withState = async () => {
    const scene = indexScene();
    for (const name of [a, b]) await scene.copy(name);
    await run(scene);
    const place = { ...scene.world, subdir };
    const { root } = await readRoot(place);
    const [segment] = root?.sections['packages.conda'] ?? [];
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
