import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { simpleFileKey } from '../../core/layout/keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { parseDistributionFileName } from '../../core/names/distribution-file-name.ts';
import { yank } from '../../core/steps/take-back/yank.ts';
import { buildTar } from '../support/archives/build-tar.ts';
import { publishFiles, publishWorld } from '../support/publish/publish-scene.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { seenInHtml, seenInJson } from '../support/simple/read-pages.ts';
import { decide, enteringWheel, project, type SimpleScene, simpleScene } from '../support/simple/simple-scene.ts';

const sdist = (fileName: string) => {
  const root = fileName.replace('.tar.gz', '');
  const [name, version] = root.split('-');
  const data = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
  return gzipSync(buildTar({ name: `${root}/PKG-INFO`, data }));
};

/** Releases that are equal by PEP 440, that only look sorted as text, that have a `+`, and that are a source distribution alone. */
const own = (
  [
    ['acme_tool-1.9-py3-none-any.whl', '1.9'],
    ['acme_tool-1.9.tar.gz', '1.9'],
    ['acme_tool-1.10-py3-none-any.whl', '1.10'],
    ['Acme.Tool-1.10.0-1-py3-none-any.whl', '1.10'],
    ['acme_tool-1.10rc1-py2.py3-none-any.whl', '1.10rc1'],
    ['acme_tool-1.10+cu118-py3-none-any.whl', '1.10+cu118'],
    ['Acme.Tool-2!0.1.tar.gz', '2!0.1'],
  ] as const
).map(([fileName, version]) => {
  const bytes = fileName.endsWith('.whl') ? buildWheel({ fileName }) : sdist(fileName);
  return { fileName, version, bytes, sha256: sha256Of(bytes) };
});

/** Wheels of an index, of a project of their own. */
const upstream = ['1.0', '1.1'].map((version) => enteringWheel({ fileName: `other-${version}-py3-none-any.whl` }));

const nth = fc.nat(100);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('unyank' as const, 'delete' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('yank' as const), nth, reason: reasons() }) },
  fc.record({ do: fc.constantFrom('mirror' as const, 'recall' as const), nth }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** As the command takes them: a line that is not blank. */
function reasons(): fc.Arbitrary<string> {
  return fc.constantFrom('CVE-2026-1234', 'loses <data> & "more"', '&lt;', "it's", '雪');
}

/** What there is, and what was said of it: knows nothing of pages. */
interface Model {
  readonly there: Set<string>;
  readonly yanked: Map<string, string>;
  readonly mirrored: Set<string>;
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new RangeError('an empty list');
  return found;
}

async function take(scene: SimpleScene, model: Model, { nth, ...step }: Step): Promise<void> {
  const { fileName, version, bytes } = at(own, nth);
  const wheel = at(upstream, nth);
  if (step.do === 'publish') {
    expect((await publishFiles({ [fileName]: bytes }, publishWorld({ store: scene.store }))).problems).toEqual([]);
    model.there.add(fileName);
  }
  if (step.do === 'delete') {
    await scene.store.delete(
      simpleFileKey(project('acme-tool'), parseDistributionFileName(fileName) ?? wheel.name.fileName),
    );
    model.there.delete(fileName);
  }
  if (step.do === 'yank' || step.do === 'unyank') await takeBack(scene, model, { ...step, version });
  if (step.do === 'mirror') {
    await scene.mirror(wheel.name.fileName, {}, wheel.provenance);
    await decide(scene.store, wheel.name, ({ withdrawn: _, ...decision }) => decision);
    model.mirrored.add(wheel.name.fileName);
  }
  if (step.do === 'recall' && model.mirrored.delete(wheel.name.fileName)) {
    await decide(scene.store, wheel.name, (decision) => ({ ...decision, withdrawn: { at: 1, reason: 'recalled' } }));
  }
}

async function takeBack({ store }: SimpleScene, model: Model, step: { version: string; reason?: string }) {
  const files = own.filter(({ fileName, version }) => version === step.version && model.there.has(fileName));
  const world = { ...publishWorld({ store }), channel: 'conda' as const, allowlist: null };
  const done = yank({ name: 'Acme_Tool', version: step.version, reason: step.reason ?? null }, world);
  if (files.length === 0) return void (await expect(done).rejects.toThrow());
  expect((await done).problems).toEqual([]);
  for (const { fileName } of files) {
    if (step.reason === undefined) model.yanked.delete(fileName);
    else model.yanked.set(fileName, step.reason);
  }
}

/** Both forms of both projects hold what the model says, and the form of them is as PEP 691 and 700 ask. */
function check(scene: SimpleScene, { there, yanked, mirrored }: Model): void {
  const listed = own.filter(({ fileName }) => there.has(fileName));
  const right = listed.map(({ fileName, sha256 }) => [fileName, sha256, yanked.get(fileName)]);
  const others = upstream.filter(({ name }) => mirrored.has(name.fileName));
  const rightOthers = others.map(({ name, provenance }) => [name.fileName, provenance.sha256, undefined]);
  for (const [name, files] of [
    ['acme-tool', right],
    ['other', rightOthers],
  ] as const) {
    const [json, html] = [scene.page(name, 'index.json'), scene.page(name, 'index.html')];
    const seen = json === undefined ? [] : seenInJson(json, name);
    const inHtml = html === undefined ? [] : seenInHtml(html);
    for (const found of [seen, inHtml]) {
      expect(found.map(({ fileName, sha256, yanked }) => [fileName, sha256, yanked]).sort()).toEqual([...files].sort());
    }
  }
}

it('leaves pages that are valid and say what is so, after each publication, yank, mirroring, recall and removal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const scene = simpleScene();
      const model: Model = { there: new Set(), yanked: new Map(), mirrored: new Set() };
      for (const each of steps) {
        await take(scene, model, each);
        const { projects, problems } = await scene.index();
        expect([...projects.flatMap((one) => one.problems), ...problems]).toEqual([]);
        check(scene, model);
      }
    }),
    { numRuns: 40 },
  );
});
