import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import type { PublishReport, PublishWorld } from '../../../core/publish/publication.ts';
import { promote } from '../../../core/steps/promote.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { isOfLedger } from '../../support/gate/gate-keys.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { buildConda } from '../../support/packages/build-package.ts';
import { pythons, serveRecords } from '../../support/publish/own-scene.ts';
import { publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { seededRandom } from '../../support/random.ts';
import { key } from '../../support/store/objects.ts';
import { type Fault, type MemoryStore, memoryStore } from '../../twins/store-memory.ts';

const wheelName = 'demo-1.0-py3-none-any.whl';
const release = {
  [wheelName]: buildWheel(),
  'demo-1.0.tar.gz': buildSdist(),
  'demo-1.0-h0_0.conda': buildConda(),
};
const others = {
  [wheelName]: buildWheel({ files: { 'demo.py': 'x = 2\n' } }),
  'demo-1.0.tar.gz': buildSdist({ files: { 'demo/__init__.py': 'x = 2\n' } }),
};
const name = projectNameSchema.parse('demo');

/** What is published: what comes of an index is not. */
const published = ({ objects }: MemoryStore) =>
  new Map(
    [...objects]
      .filter(([at]) => !at.endsWith('repodata.json') && !isOfLedger(at))
      .map(([at, { bytes }]) => [at, sha256Of(bytes)]),
  );

/** Whether each file that clients could see has its name, its verdict, its provenance and, a wheel, its METADATA. */
function unsoundIn({ objects }: MemoryStore): string[] {
  const keys = new Set<string>(objects.keys());
  return [...objects].flatMap(([at, { bytes }]) => {
    const [, part = '', place] = /^(staging\/)?((?:simple|conda)\/.*\.(?:whl|gz|conda))$/.exec(at) ?? [];
    if (place === undefined) return [];
    const sha256 = sha256Of(bytes);
    const needed = [
      `_gatehouse/names/${place}.json`,
      `_gatehouse/${part}verdicts/${place}/${sha256}.json`,
      `_gatehouse/${part}provenance/${place}/${sha256}.json`,
      ...(at.endsWith('.whl') ? [`${at}.metadata`] : []),
    ];
    return needed.filter((one) => !keys.has(one)).map((one) => `${at} without ${one}`);
  });
}

interface Work {
  readonly before: (world: PublishWorld) => Promise<unknown>;
  readonly work: (world: PublishWorld) => Promise<PublishReport>;
}

const works: Readonly<Record<string, Work>> = {
  publishing: { before: async () => {}, work: (world) => publishFiles(release, world) },
  promoting: {
    before: (world) => publishFiles(release, { ...world, to: 'staging', gate: testGate(stagingStore(world.store)) }),
    work: (world) => promote({ name, version: '1.0' }, world),
  },
};

/** A world with python in it, whose store does as it is told from the moment that it is told. */
async function failingWorld(before: Work['before'], faultAt: (operation: number) => Fault | undefined) {
  let operations = 0;
  let isOn = false;
  const unsound: string[] = [];
  const store: MemoryStore = memoryStore({
    before: () => void unsound.push(...unsoundIn(store)),
    fault: () => {
      if (!isOn) return undefined;
      operations += 1;
      return faultAt(operations);
    },
  });
  const world = publishWorld({ store, allowlistText: { python: ['3.12'] } });
  await serveRecords(store, pythons);
  await before(world);
  return {
    store,
    world,
    unsound,
    operations: () => operations,
    turn(on: boolean) {
      isOn = on;
    },
  };
}

const faults: readonly Fault[] = ['broken', 'ambiguous', 'conflict'];

describe.each(Object.entries(works))('%s', (_, { before, work }) => {
  it('that is cut off by the store at any one operation is finished by the same call', async () => {
    const sound = await failingWorld(before, () => undefined);
    sound.turn(true);
    expect((await work(sound.world)).problems).toEqual([]);
    const whole = published(sound.store);
    expect(whole.size).toBeGreaterThan(10);
    for (let at = 1; at <= sound.operations(); at++) {
      const fault = faults[at % faults.length];
      const scene = await failingWorld(before, (operation) => (operation === at ? fault : undefined));
      scene.turn(true);
      await work(scene.world).catch(() => null);
      scene.turn(false);
      const { files, problems } = await work(scene.world);
      expect(problems, `${fault} at ${at}`).toEqual([]);
      expect(files).toHaveLength(4);
      expect(published(scene.store), `${fault} at ${at}`).toEqual(whole);
      expect(scene.unsound).toEqual([]);
    }
  });
});

/** Two that publish at once, in an order of their operations that a seed decides. */
async function together(seed: number, one: typeof others, other: typeof others) {
  const random = seededRandom(seed);
  const unsound: string[] = [];
  const store: MemoryStore = memoryStore({
    async before() {
      unsound.push(...unsoundIn(store));
      for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve();
      if (random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const world = publishWorld({ store, allowlistText: { python: ['3.12'] } });
  await serveRecords(store, pythons);
  const reports = await Promise.all([
    publishFiles(one, { ...world, by: 'one' }),
    publishFiles(other, { ...world, by: 'other' }),
  ]);
  return { store, reports, unsound };
}

describe('two that publish at once', () => {
  const seeds = 20;
  const { [wheelName]: wheel = new Uint8Array(), 'demo-1.0.tar.gz': sdist = new Uint8Array() } = release;
  const same = { [wheelName]: wheel, 'demo-1.0.tar.gz': sdist };

  it('publish the same bytes once', async () => {
    for (let seed = 0; seed < seeds; seed++) {
      const { reports, store, unsound } = await together(seed, same, same);
      expect(
        reports.flatMap(({ problems }) => problems),
        `seed ${seed}`,
      ).toEqual([]);
      const statuses = reports.map(({ files }) => files.map(({ status }) => status));
      expect(
        statuses.flat().filter((status) => status === 'stored'),
        `seed ${seed}`,
      ).toHaveLength(3);
      expect(unsound).toEqual([]);
      expect([...store.objects.keys()].filter((at) => at.includes('provenance'))).toHaveLength(3);
    }
  });

  it('do not publish other bytes under one name: one gets all names, and the other has nothing there', async () => {
    const winners = new Set<object>();
    for (let seed = 0; seed < seeds; seed++) winners.add(await winnerOf(seed));
    expect(winners.size).toBe(2);
  });

  async function winnerOf(seed: number): Promise<object> {
    const { reports, store, unsound } = await together(seed, same, others);
    const [first, second] = reports.map(({ problems }) => problems.length === 0);
    expect(first !== second, `seed ${seed}`).toBe(true);
    const lost = reports[first ? 1 : 0];
    expect(lost).toMatchObject({ files: [], problems: [{ code: 'publish.used-name' }] });
    const won = first ? same : others;
    for (const [file, bytes] of Object.entries(won)) {
      expect(store.objects.get(key(`simple/demo/${file}`))?.bytes, `seed ${seed}`).toEqual(bytes);
    }
    expect(unsound).toEqual([]);
    return won;
  }
});
