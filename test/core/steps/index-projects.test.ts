import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../core/json/json.ts';
import {
  fileProvenanceKey,
  projectControlKey,
  projectStateKey,
  projectsStateKey,
  simpleFileKey,
  simpleMetadataKey,
} from '../../../core/layout/keys.ts';
import { projectsInJson, seenInJson } from '../../support/simple/read-pages.ts';
import type { EnteringWheel } from '../../support/simple/simple-scene.ts';
import {
  decide,
  enter,
  enteringWheel,
  project,
  publishNoted,
  type SimpleScene,
  simpleScene,
} from '../../support/simple/simple-scene.ts';
import { bytes } from '../../support/store/objects.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const one = 'demo-1.0-py3-none-any.whl';
const two = 'demo-2.0-py3-none-any.whl';

const listed = (scene: SimpleScene, name = 'demo') =>
  seenInJson(scene.page(name, 'index.json') ?? '', name).map(({ fileName }) => fileName);

const codes = async (scene: SimpleScene, rebuild = false) => {
  const { projects, problems } = await scene.index(undefined, rebuild);
  return [...projects.flatMap((each) => each.problems), ...problems].map(({ code, subject }) => `${code} ${subject}`);
};

/** Two sound wheels of one project, indexed. */
async function twoWheels(): Promise<SimpleScene & { first: EnteringWheel; second: EnteringWheel }> {
  const scene = simpleScene();
  const [first, second] = [await scene.mirror(one), await scene.mirror(two)];
  await scene.index();
  expect(listed(scene)).toEqual([one, two]);
  return { ...scene, first, second };
}

describe('a file is listed only when all four of it are there and agree', () => {
  const keysOf = ({ name, provenance }: EnteringWheel) => ({
    file: simpleFileKey(name.project, name.fileName),
    metadata: simpleMetadataKey(name.project, name.fileName),
    provenance: fileProvenanceKey(name.project, name.fileName, provenance.sha256),
  });

  it('not while control has not decided of it, and that is no problem: a fetch is under way', async () => {
    const scene = simpleScene();
    const wheel = enteringWheel({ fileName: one });
    await enter(scene.store, wheel);
    expect(await codes(scene)).toEqual([]);
    expect(scene.page('demo', 'index.json')).toBeUndefined();
    await decide(scene.store, wheel.name, (decision) => decision);
    await scene.index(['demo']);
    expect(listed(scene)).toEqual([one]);
  });

  it('not without its metadata, or with other metadata', async () => {
    const scene = await twoWheels();
    await scene.store.put(keysOf(scene.second).metadata, bytes('Name: demo'));
    expect(await codes(scene)).toEqual([`index.metadata simple/demo/${two}`]);
    await scene.store.put(keysOf(scene.second).metadata, scene.second.metadata);
    await scene.store.delete(keysOf(scene.first).metadata);
    expect(await codes(scene)).toEqual([`index.metadata simple/demo/${one}`]);
    expect(listed(scene)).toEqual([two]);
    await scene.store.put(keysOf(scene.first).metadata, bytes('Name: demo'));
    expect(await codes(scene)).toEqual([`index.metadata simple/demo/${one}`]);
    await scene.store.put(keysOf(scene.first).metadata, scene.first.metadata);
    expect(await codes(scene)).toEqual([]);
    expect(listed(scene)).toEqual([one, two]);
  });

  it('not with other bytes under its name', async () => {
    const scene = await twoWheels();
    await scene.store.delete(keysOf(scene.first).file);
    await publishNoted(scene.store, keysOf(scene.first).file, bytes('other'));
    expect(await codes(scene)).toEqual([`index.mutated simple/demo/${one}`]);
    expect(listed(scene)).toEqual([two]);
  });

  it('not with a damaged provenance; without one it is as one that was copied in', async () => {
    const scene = simpleScene();
    const { provenance } = keysOf(await scene.mirror(one));
    await scene.mirror(two);
    await scene.store.put(provenance, bytes('{'));
    expect(await codes(scene)).toEqual([`index.provenance simple/demo/${one}`]);
    await scene.store.delete(provenance);
    expect(listed(scene)).toEqual([two]);
    expect(await codes(scene)).toEqual([]);
    expect(listed(scene)).toEqual([one, two]);
  });
});

describe('a project', () => {
  it('whose last file left keeps an empty page, and is not in the list of projects', async () => {
    const scene = await twoWheels();
    await scene.mirror('other-1.0-py3-none-any.whl');
    await scene.index();
    for (const { name } of [scene.first, scene.second])
      await decide(scene.store, name, (decision) => ({ ...decision, withdrawn: { at: 1, reason: 'recalled' } }));
    await scene.index(['demo']);
    expect(listed(scene)).toEqual([]);
    expect(projectsInJson(scene.page(null, 'index.json') ?? '')).toEqual(['other']);
  });

  it('that never had a file gets no page', async () => {
    const scene = simpleScene();
    expect(await scene.index(['demo'])).toMatchObject({ projects: [{ files: 0, changed: false }], changed: false });
    expect(scene.store.objects.size).toBe(0);
  });

  it('whose control is damaged keeps its pages, and no other from its own', async () => {
    const scene = await twoWheels();
    await scene.mirror('other-1.0-py3-none-any.whl');
    await scene.store.put(projectControlKey(project('demo')), bytes('{}'));
    const { projects } = await scene.index();
    expect(projects.map(({ files, problems }) => [files, problems.map(({ code }) => code)])).toEqual([
      [2, ['json.invalid']],
      [1, []],
    ]);
    // A sync reads it as well, and ends there.
    expect(projects[0]?.problems[0]?.hint).toContain('or delete it and run gatehouse sync');
    expect(listed(scene)).toEqual([one, two]);
    expect(projectsInJson(scene.page(null, 'index.json') ?? '')).toEqual(['demo', 'other']);
  });

  it('whose state is damaged or lost is derived again, above the generation that was served', async () => {
    const scene = await twoWheels();
    await decide(scene.store, scene.first.name, (decision) => ({ ...decision, yanked: 'broken' }));
    await scene.store.put(projectStateKey(project('demo')), bytes('{"version":2}'));
    expect(await codes(scene)).toEqual(['index.state simple/demo/']);
    expect(seenInJson(scene.page('demo', 'index.json') ?? '', 'demo')[0]?.yanked).toBe('broken');
    await decide(scene.store, scene.first.name, ({ yanked: _, ...decision }) => decision);
    await scene.store.delete(projectStateKey(project('demo')));
    await scene.store.put(projectsStateKey, bytes('no'));
    expect(await codes(scene)).toEqual(['index.state simple/']);
    expect(seenInJson(scene.page('demo', 'index.json') ?? '', 'demo')[0]?.yanked).toBeUndefined();
    expect(await codes(scene)).toEqual([]);
  });
});

describe('an update by one file', () => {
  it('asks for as many objects among 300 projects as among 3, and reads no other project', async () => {
    const asked = async (projects: number) => {
      let calls: string[] = [];
      const scene = simpleScene(
        memoryStore({ before: (operation, where) => void calls.push(`${operation} ${where}`) }),
      );
      for (let i = 0; i < projects; i++) await scene.mirror(`p${i}-1.0-py3-none-any.whl`);
      await scene.index();
      calls = [];
      await scene.mirror('p1-2.0-py3-none-any.whl');
      calls = [];
      await scene.index(['p1']);
      expect(calls.filter((call) => /\/p[02]\//.test(call) || /\/p[02]\.json/.test(call))).toEqual([]);
      return calls.length;
    };
    expect(await asked(300)).toBe(await asked(3));
  });
});

describe('a rebuild', () => {
  it('reads the bytes and not what was noted of them, and no state', async () => {
    const scene = await twoWheels();
    const file = simpleFileKey(project('demo'), scene.first.name.fileName);
    const noted = scene.store.objects.get(file);
    await scene.store.delete(file);
    await using staged = await scene.store.stage();
    await staged.write(bytes('other bytes'));
    await staged.publish(file, noted?.metadata ?? {});
    expect(await codes(scene)).toEqual([]);
    expect(await codes(scene, true)).toEqual([`index.mutated simple/demo/${one}`]);
    expect(listed(scene)).toEqual([two]);
  });

  it('takes nothing from a state that lies', async () => {
    const scene = await twoWheels();
    const where = projectStateKey(project('demo'));
    const text = Buffer.from(scene.store.objects.get(where)?.bytes ?? []).toString();
    await scene.store.put(where, bytes(text.replaceAll(scene.first.provenance.sha256, '0'.repeat(64))));
    await scene.index(undefined, true);
    expect(Buffer.from(scene.store.objects.get(where)?.bytes ?? []).toString()).toBe(
      text.replace(/"generation":\d+/, (generation) => `"generation":${Number(generation.split(':')[1]) + 1}`),
    );
    expect(canonicalJson(seenInJson(scene.page('demo', 'index.json') ?? '', 'demo'))).toContain(
      scene.first.provenance.sha256,
    );
  });
});
