import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../core/json/json.ts';
import { recalledKey } from '../../../core/layout/gate-keys.ts';
import { type Sha256, sha256Of } from '../../../core/names/digest.ts';
import { malicious, sweepScene } from '../../support/recall/sweep-scene.ts';
import type { Fault, MemoryStore } from '../../twins/store-memory.ts';

const wheel = 'demo-1.0-py3-none-any.whl';
const isPublicFile = (key: string) => /^(?:conda|simple)\/.*\.(?:conda|whl)$/.test(key);

/** What clients are told to fetch, by the index of noarch and the page of demo. */
function listedIn({ objects }: MemoryStore): string[] {
  const text = (at: string) =>
    Buffer.from([...objects].find(([key]) => key === at)?.[1].bytes ?? '').toString() || '{}';
  const { packages = {}, 'packages.conda': conda = {} } = JSON.parse(text('conda/noarch/repodata.json'));
  const { files = [] } = JSON.parse(text('simple/demo/index.json'));
  const names = files.map(({ filename }: { readonly filename: string }) => `simple/demo/${filename}`);
  return [...Object.keys({ ...packages, ...conda }).map((name) => `conda/noarch/${name}`), ...names];
}

/** A store whose writes are counted from when it is told, and fail as asked; and what was ever wrong in it. */
async function failingScene(faultAt: (write: number) => Fault | undefined) {
  const broken: string[] = [];
  const had = new Map<string, Sha256>();
  let writes = 0;
  let isOn = false;
  const look = () => {
    if (!isOn) return;
    const isThere = (at: string) => [...scene.store.objects.keys()].some((each) => each === at);
    const gone = [...had].filter(([at, sha256]) => !isThere(at) && !isThere(recalledKey(sha256)));
    broken.push(...gone.map(([at]) => `${at} is gone, and its bytes are not kept`));
    const dangling = listedIn(scene.store).filter((at) => !isThere(at));
    broken.push(...dangling.map((at) => `${at} is listed and gone`));
  };
  const scene: Awaited<ReturnType<typeof sweepScene>> = await sweepScene({
    before: look,
    // A read that fails leaves what the write behind it leaves, which fails without effect.
    fault: (operation) => {
      if (!isOn || !['put', 'publish', 'delete'].includes(operation)) return undefined;
      writes += 1;
      return faultAt(writes);
    },
  });
  await scene.release(wheel);
  await scene.conda('other-1.0-0.conda', [], {
    type: 'upstream',
    channel: 'https://x.test/c',
    url: 'https://x.test/o',
  });
  await scene.index();
  await scene.forgetGate();
  for (const [at, { bytes }] of scene.store.objects) if (isPublicFile(at)) had.set(at, sha256Of(bytes));
  const turn = (on: boolean) => {
    isOn = on;
  };
  return { ...scene, broken, turn, writes: () => writes };
}

/** All that clients and auditors find in the end, but for how often somebody tried: R1 tells of a recall that was begun prepare. */
function outcome({ objects }: MemoryStore) {
  const isTried = (at: string) => /^_gatehouse\/(?:ledger|state)/.test(at);
  const told = (at: string, bytes: Uint8Array) => {
    if (!at.startsWith('_gatehouse/verdicts/')) return sha256Of(bytes);
    const { checks, ...verdict } = JSON.parse(Buffer.from(bytes).toString());
    return canonicalJson({ ...verdict, checks: checks.filter(({ id }: { readonly id: string }) => id !== 'R1') });
  };
  return new Map([...objects].filter(([at]) => !isTried(at)).map(([at, { bytes }]) => [at, told(at, bytes)]));
}

const faults: readonly Fault[] = ['broken', 'ambiguous', 'conflict'];

type Scene = Awaited<ReturnType<typeof failingScene>>;

const works: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'the first of a store, which finds a file bad': async (scene) => scene.advise('demo', malicious(['1.0'])),
  'one that finds a file bad that passed': async (scene) => {
    await scene.sweep();
    scene.advise('demo', malicious(['1.0']));
  },
  'one that releases what was recalled': async (scene) => {
    scene.advise('demo', malicious(['1.0']));
    await scene.sweep();
    scene.advise('demo', malicious(['1.0'], { withdrawn: 2 }));
  },
};

describe.each(Object.entries(works))('a sweep, %s,', (_, prepare) => {
  it('that is cut off at any one write is finished by the next', async () => {
    const sound = await failingScene(() => undefined);
    await prepare(sound);
    sound.turn(true);
    await sound.sweep();
    sound.turn(false);
    const whole = outcome(sound.store);
    expect(sound.broken).toEqual([]);
    for (let at = 1; at <= sound.writes(); at++) {
      const fault = faults[at % faults.length];
      const scene = await failingScene((write) => (write === at ? fault : undefined));
      await prepare(scene);
      scene.turn(true);
      await scene.sweep().catch(() => null);
      await scene.sweep();
      expect(scene.broken, `${fault} at ${at}`).toEqual([]);
      expect(outcome(scene.store), `${fault} at ${at}`).toEqual(whole);
    }
    expect(sound.writes()).toBeGreaterThan(30);
  });
});
