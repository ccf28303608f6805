import { describe, expect, it } from 'vitest';
import {
  fileProvenanceKey,
  projectControlKey,
  projectPageKey,
  projectStateKey,
  simpleFileKey,
  simpleMetadataKey,
} from '../../../core/layout/keys.ts';
import { prune } from '../../../core/steps/prune.ts';
import { day } from '../../support/index/prune-scene.ts';
import {
  decide,
  enter,
  enteringWheel,
  project,
  publishNoted,
  simpleScene,
  verifySimple,
} from '../../support/simple/simple-scene.ts';
import { bytes } from '../../support/store/objects.ts';
import { type MemoryStoreOptions, memoryStore, newBucket } from '../../twins/store-memory.ts';

const one = 'demo-1.0-py3-none-any.whl';
const two = 'demo-2.0-py3-none-any.whl';
const three = 'demo-3.0-py3-none-any.whl';
const start = 1_700_000_000_000;
const retain = 90 * day;

/** Of three wheels the first was withdrawn, and the third is one that nothing was decided of. */
async function scene(options: MemoryStoreOptions = {}) {
  let now = start;
  const store = memoryStore(options, newBucket({ now: () => now }));
  const made = simpleScene(store);
  const [first] = [await made.mirror(one), await made.mirror(two)];
  await enter(store, enteringWheel({ fileName: three }));
  await decide(store, first.name, (decision) => ({ ...decision, withdrawn: { at: start + day, reason: 'recalled' } }));
  await made.index();
  const world = { store, channel: 'conda' as const, clock: { now: () => now }, retain, asked: new Set<never>() };
  return {
    ...made,
    first,
    pass(ms: number) {
      now += ms;
    },
    prune: (remove = true) => prune(world, { remove }),
    wheels: () => [...store.objects.keys()].filter((key) => /^simple\/demo\/demo/.test(key)).sort(),
  };
}

const both = (name: string) => [`simple/demo/${name}`, `simple/demo/${name}.metadata`];
const keysOf = (report: { objects: readonly { key: string }[] }) => report.objects.map(({ key }) => key);

describe('a wheel goes, and its metadata after it', () => {
  it('90 days after it was withdrawn, or after it came and nothing was decided of it; provenance stays', async () => {
    const made = await scene();
    made.pass(90 * day);
    expect(await made.prune()).toMatchObject({ later: { objects: 2 }, problems: [] });
    expect(made.wheels()).toEqual([...both(one), ...both(two)]);
    made.pass(day);
    const report = await made.prune();
    expect(report.objects.map(({ key, kind, reason }) => [key, kind, reason])).toEqual([
      [both(one)[0], 'wheel', 'withdrawn on 2023-11-15: recalled'],
      [both(one)[1], 'metadata', 'withdrawn on 2023-11-15: recalled'],
    ]);
    expect(made.wheels()).toEqual(both(two));
    const { provenance, name } = made.first;
    expect(made.store.objects.has(fileProvenanceKey(name.project, name.fileName, provenance.sha256))).toBe(true);
    expect((await made.index()).projects).toMatchObject([{ files: 1, changed: false, problems: [] }]);
    expect((await verifySimple(made.store)).problems).toEqual([]);
  });

  it('never what was published or copied in, withdrawn or listed nowhere', async () => {
    const made = await scene();
    const origins = [{ type: 'copied' }, { type: 'published', by: 'ci' }] as const;
    const own = origins.map((origin, i) => enteringWheel({ fileName: `demo-9.${i}-py3-none-any.whl` }, { origin }));
    for (const { name } of own)
      await decide(made.store, name, () => ({ why: [], withdrawn: { at: 1, reason: 'recalled' } }));
    for (const wheel of own) await enter(made.store, wheel);
    await made.index();
    made.pass(1000 * day);
    await made.prune();
    expect(made.wheels()).toEqual(expect.arrayContaining(own.flatMap(({ name }) => both(name.fileName))));
  });

  it('but not while it is yanked: locks name its address', async () => {
    const made = await scene();
    await decide(made.store, made.first.name, (decision) => ({ ...decision, yank: { at: start, reason: 'breaks' } }));
    await made.index();
    made.pass(100 * day);
    expect(keysOf(await made.prune())).toEqual(both(three));
  });

  it('only when it is told to', async () => {
    const made = await scene();
    made.pass(100 * day);
    expect(keysOf(await made.prune(false))).toEqual([...both(one), ...both(three)]);
    expect(made.wheels()).toHaveLength(6);
  });

  it('the metadata too where the wheel is gone already, or a deletion was cut off between the two', async () => {
    const made = await scene();
    made.pass(100 * day);
    await made.store.delete(simpleFileKey(project('demo'), made.first.name.fileName));
    expect(keysOf(await made.prune())).toEqual([both(one)[1], ...both(three)]);
  });
});

describe('a wheel stays', () => {
  it.each([
    ['of a project whose control is damaged', projectControlKey(project('demo'))],
    ['of one whose state is', projectStateKey(project('demo'))],
  ])('%s', async (_, damaged) => {
    const made = await scene();
    made.pass(100 * day);
    await made.store.put(damaged, bytes('no'));
    const { objects, problems } = await made.prune();
    expect(objects).toEqual([]);
    expect(problems).toMatchObject([{ code: 'prune.unsure', subject: 'simple/demo/' }]);
  });

  it('while a page is missing, or behind: it may list it, or be about to', async () => {
    const made = await scene();
    made.pass(100 * day);
    const page = projectPageKey(project('demo'), 'index.html');
    const before = made.store.objects.get(page);
    await made.store.delete(page);
    expect(await made.prune()).toMatchObject({ objects: [], problems: [{ code: 'prune.unsure' }] });
    await using staged = await made.store.stage();
    await staged.write(before?.bytes ?? new Uint8Array());
    await staged.publish(page, {});
    expect(await made.prune()).toMatchObject({ objects: [], problems: [{ code: 'prune.unsure' }] });
    await made.index();
    expect(keysOf(await made.prune())).toEqual([...both(one), ...both(three)]);
  });

  it('when control is gone: nothing was decided of any then', async () => {
    const made = await scene();
    made.pass(100 * day);
    await made.store.delete(projectControlKey(project('demo')));
    expect(await made.prune()).toMatchObject({ objects: [], problems: [] });
  });

  it('when its bytes are not those that entered, with its metadata', async () => {
    const made = await scene();
    const key = simpleFileKey(project('demo'), made.first.name.fileName);
    await made.store.delete(key);
    await publishNoted(made.store, key, bytes('mine'));
    made.pass(100 * day);
    expect(await made.prune()).toMatchObject({ objects: [{}, {}], problems: [] });
    expect(made.wheels()).toEqual([...both(one), ...both(two)]);
  });

  it('the metadata too, when its wheel comes back while it is pruned', async () => {
    let made: Awaited<ReturnType<typeof scene>> | undefined;
    const wheel = simpleFileKey(project('demo'), enteringWheel({ fileName: one }).name.fileName);
    made = await scene({
      before: async (operation, key) => {
        // The guards are being compared: the wheel's is the last.
        if (made && operation === 'get' && key === projectStateKey(project('demo')) && !made.store.objects.has(wheel)) {
          await publishNoted(made.store, wheel, made.first.bytes);
        }
      },
    });
    made.pass(100 * day);
    await made.store.delete(wheel);
    const { objects } = await made.prune();
    expect(objects.map(({ key }) => key)).not.toContain(`${wheel}.metadata`);
    expect(made.wheels()).toEqual([...both(one), ...both(two)]);
  });

  it('when control wants it back while it is pruned', async () => {
    let made: Awaited<ReturnType<typeof scene>> | undefined;
    let reads = 0;
    const metadata = `simple/demo/${one}.metadata`;
    made = await scene({
      before: async (operation, key) => {
        // Right after it was found: before its guards are compared.
        if (!made || operation !== 'get' || key !== `simple/demo/${one}` || reads++ > 0) return;
        await decide(made.store, made.first.name, ({ withdrawn: _, ...decision }) => decision);
      },
    });
    made.pass(100 * day);
    reads = 0;
    const { objects, problems } = await made.prune();
    expect(objects.map(({ key }) => key)).toEqual(both(three));
    expect(problems).toEqual([]);
    expect(made.wheels()).toContain(metadata);
    expect(made.store.objects.has(simpleMetadataKey(project('demo'), made.first.name.fileName))).toBe(true);
  });
});
