import { describe, expect, it } from 'vitest';
import {
  type ObjectKey,
  projectControlKey,
  projectStateKey,
  simpleFileKey,
  simpleMetadataKey,
} from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { isOfGate } from '../../support/gate/gate-keys.ts';
import { projectsInJson, seenInHtml, seenInJson } from '../../support/simple/read-pages.ts';
import {
  decide,
  enter,
  enteringSdist,
  enteringWheel,
  project,
  simpleScene,
} from '../../support/simple/simple-scene.ts';
import { bytes, key } from '../../support/store/objects.ts';
import { type MemoryStore, memoryStore, newBucket, type StoreOperation } from '../../twins/store-memory.ts';

const demo = project('demo');
const [one, two] = ['demo-1.0-py3-none-any.whl', 'demo-2.0-py3-none-any.whl'];
const writes: readonly StoreOperation[] = ['put', 'publish', 'delete'];

class CutOff extends Error {}

/** Everything that both forms of the page name is there, and is what they say. */
function expectAllThere(store: MemoryStore, name = 'demo'): string[] {
  const text = (where: ObjectKey) => Buffer.from(store.objects.get(where)?.bytes ?? []).toString();
  if (!store.objects.has(key(`simple/${name}/index.json`))) return [];
  const json = seenInJson(text(key(`simple/${name}/index.json`)), name);
  const html = store.objects.has(key(`simple/${name}/index.html`))
    ? seenInHtml(text(key(`simple/${name}/index.html`)))
    : [];
  for (const { fileName, sha256, metadata } of [...json, ...html]) {
    const hash = (where: string) => sha256Of(store.objects.get(key(where))?.bytes ?? 'nothing');
    expect(hash(`simple/${name}/${fileName}`)).toBe(sha256);
    if (metadata !== '') expect(hash(`simple/${name}/${fileName}.metadata`)).toBe(metadata);
  }
  return json.map(({ fileName }) => fileName);
}

/** A store that stops for good at one call: the `at`-th of those that count. */
function stopping(counts: (operation: StoreOperation) => boolean) {
  const bucket = newBucket();
  let [calls, last] = [0, Number.POSITIVE_INFINITY];
  const store = memoryStore(
    {
      before(operation) {
        if (!counts(operation)) return;
        calls += 1;
        if (calls > last) throw new CutOff();
      },
    },
    bucket,
  );
  const stopAt = (at: number) => {
    [calls, last] = [0, at];
  };
  return { store, whole: memoryStore({}, bucket), stopAt, calls: () => calls };
}

const cutOff = async (work: Promise<unknown>): Promise<void> => {
  await work.catch((error: unknown) => {
    if (!(error instanceof CutOff)) throw error;
  });
};

describe('cut off anywhere', () => {
  it('between any two writes of a fetch and its decision: a page names what is there, or nothing', async () => {
    const wheel = enteringWheel({ fileName: two });
    const listed: string[][] = [];
    for (let at = 0; at <= 4; at++) {
      const { store, whole, stopAt } = stopping((operation) => writes.includes(operation));
      const scene = simpleScene(whole);
      await scene.mirror(one);
      stopAt(at);
      await cutOff(enter(store, wheel).then(() => decide(store, wheel.name, (decision) => decision)));
      const { projects } = await scene.index();
      expect(projects.flatMap(({ problems }) => problems)).toEqual([]);
      listed.push(expectAllThere(whole));
    }
    expect(listed).toEqual([[one], [one], [one], [one], [one, two]]);
  });

  it('at any call of an index run: the next run gives what one undisturbed gives', async () => {
    const served = (store: MemoryStore) =>
      [...store.objects]
        .flatMap(([where, { bytes }]) =>
          where.startsWith('simple/') ? [`${where} ${Buffer.from(bytes).toString()}`] : [],
        )
        .sort();
    const story = async (at: number) => {
      const { store, whole, stopAt, calls } = stopping(() => true);
      const scene = simpleScene(whole);
      const [first] = [await scene.mirror(one), await scene.mirror('other-1.0-py3-none-any.whl')];
      await scene.index();
      await scene.mirror(two);
      await decide(whole, first.name, (decision) => ({ ...decision, withdrawn: { at: 1, reason: 'recalled' } }));
      stopAt(at);
      await cutOff(simpleScene(store).index(['demo']));
      const made = calls();
      expectAllThere(whole);
      await scene.index(['demo']);
      expect(projectsInJson(scene.page(null, 'index.json') ?? '')).toEqual(['demo', 'other']);
      return { made, served: served(whole) };
    };
    const undisturbed = await story(Number.POSITIVE_INFINITY);
    expect(undisturbed.made).toBeGreaterThan(20);
    for (let at = 0; at < undisturbed.made; at++) expect((await story(at)).served).toEqual(undisturbed.served);
  });
});

describe('files that were copied in', () => {
  it('and are adopted by a run that is cut off at any call are listed whole or not at all, and by the next run all', async () => {
    const served = (store: MemoryStore) =>
      [...store.objects].flatMap(([where, { bytes }]) =>
        where.startsWith('simple/') ? [`${where} ${sha256Of(bytes)}`] : [],
      );
    const story = async (at: number) => {
      const { store, whole, stopAt, calls } = stopping(() => true);
      const [wheel, sdist] = [enteringWheel({ fileName: one }), enteringSdist('demo-1.0.tar.gz', demo)];
      for (const { name, bytes } of [wheel, sdist]) await whole.put(simpleFileKey(demo, name.fileName), bytes);
      await whole.put(simpleFileKey(demo, enteringWheel({ fileName: two }).name.fileName), bytes('cut off'));
      stopAt(at);
      await cutOff(simpleScene(store).index());
      const made = calls();
      expectAllThere(whole);
      const { projects } = await simpleScene(whole).index();
      expect(projects.flatMap(({ problems }) => problems.map(({ subject }) => subject))).toEqual([
        `simple/demo/${two}`,
      ]);
      expect(expectAllThere(whole)).toEqual([one, 'demo-1.0.tar.gz']);
      return { made, served: served(whole) };
    };
    const undisturbed = await story(Number.POSITIVE_INFINITY);
    expect(undisturbed.made).toBeGreaterThan(25);
    for (let at = 0; at < undisturbed.made; at++) expect((await story(at)).served).toEqual(undisturbed.served);
  });
});

describe('the order of looking', () => {
  it('is the state first, then control, then what is there: else a look could undo a later state', async () => {
    const calls: string[] = [];
    const store = memoryStore({ before: (operation, where) => void calls.push(`${operation} ${where}`) });
    const scene = simpleScene(store);
    await scene.mirror(one);
    calls.length = 0;
    await scene.index(['demo']);
    const first = [
      `read whole ${projectStateKey(demo)}`,
      `read whole ${projectControlKey(demo)}`,
      'list simple/demo/',
      `get ${simpleFileKey(demo, enteringWheel({ fileName: one }).name.fileName)}`,
      `get ${simpleMetadataKey(demo, enteringWheel({ fileName: one }).name.fileName)}`,
    ];
    expect(
      calls
        .filter((call) => /^(?:read whole|list|get) /.test(call) && !call.includes('/provenance/') && !isOfGate(call))
        .slice(0, 5),
    ).toEqual(first);
  });
});
