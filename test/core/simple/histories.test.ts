import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileDecision } from '../../../core/documents/simple/project-control.ts';
import { simpleFileKey } from '../../../core/layout/keys.ts';
import { parseSpecifier } from '../../../core/names/pep440/specifier.ts';
import { anchorsOf, projectsInJson, type SeenFile, seenInHtml, seenInJson } from '../../support/simple/read-pages.ts';
import {
  decide,
  type EnteringWheel,
  enteringWheel,
  type SimpleScene,
  simpleScene,
} from '../../support/simple/simple-scene.ts';

/** Two projects; versions that are equal, that only look sorted as text, and that have a `+` or an epoch. */
const fileNames = [
  'demo-1.9-py3-none-any.whl',
  'demo-1.10-py3-none-any.whl',
  'demo-1.10.0-1-py3-none-any.whl',
  'demo-1.10rc1-py2.py3-none-any.whl',
  'demo-1.10+cu118-py3-none-any.whl',
  'demo-1.10-cp312-cp312-win_amd64.whl',
  'Other_Project-1!0.1-py3-none-any.whl',
  'other.project-0.2-py3-none-any.whl',
];
const wheels = fileNames.map((fileName, i) =>
  enteringWheel({ fileName }, { requiresPython: i % 2 === 0 ? '>=3.8' : null }),
);

type Step =
  | { readonly do: 'mirror' | 'withdraw' | 'reinstate' | 'delete'; readonly file: number }
  | { readonly do: 'yank'; readonly file: number; readonly reason: true | string | undefined }
  | { readonly do: 'bound'; readonly file: number; readonly bound: string | undefined };

const file = fc.nat(fileNames.length - 1);
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('"><a href="x">', '&gt;', '\n', ' '));
const bound = fc.oneof(fc.constantFrom('<3.9,>=2.7', '>=3.6, !=3.7.*', '>3', '===<&>"', '', '3'), text);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mirror' as const), file }) },
  fc.record({ do: fc.constantFrom('withdraw' as const, 'reinstate' as const, 'delete' as const), file }),
  fc.record({
    do: fc.constant('yank' as const),
    file,
    reason: fc.oneof(fc.constantFrom(true as const, undefined), text),
  }),
  fc.record({ do: fc.constant('bound' as const), file, bound: fc.option(bound, { nil: undefined }) }),
);

interface Model {
  readonly there: Set<string>;
  readonly decisions: Map<string, FileDecision>;
}

/** Does a step to the store and to the model, which knows nothing of pages. */
async function take({ store, mirror }: SimpleScene, model: Model, { file, ...step }: Step): Promise<EnteringWheel> {
  const wheel = wheels[file];
  if (wheel === undefined) throw new RangeError(`no file ${file}`);
  const { name } = wheel;
  const decided = (make: (decision: FileDecision) => FileDecision) => {
    model.decisions.set(name.fileName, make(model.decisions.get(name.fileName) ?? { why: ['demo'] }));
    return decide(store, name, make);
  };
  if (step.do === 'mirror') {
    await mirror(name.fileName, {}, wheel.provenance);
    model.there.add(name.fileName);
    await decided((decision) => decision);
  }
  if (step.do === 'delete') {
    await store.delete(simpleFileKey(name.project, name.fileName));
    model.there.delete(name.fileName);
  }
  if (step.do === 'withdraw') await decided((decision) => ({ ...decision, withdrawn: { at: 1, reason: 'recalled' } }));
  if (step.do === 'reinstate') await decided(({ withdrawn: _, ...decision }) => decision);
  if (step.do === 'yank') await decided(({ yanked: _, ...rest }) => ({ ...rest, ...defined({ yanked: step.reason }) }));
  if (step.do === 'bound') {
    await decided(({ requiresPython: _, ...rest }) => ({ ...rest, ...defined({ requiresPython: step.bound }) }));
  }
  return wheel;
}

const defined = (members: Partial<FileDecision>): Partial<FileDecision> =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));

/** The files that a project's pages must list. */
function expected({ there, decisions }: Model, project: string): SeenFile[] {
  const listed = wheels.filter(({ name }) => {
    const decision = decisions.get(name.fileName);
    return name.project === project && there.has(name.fileName) && decision && decision.withdrawn === undefined;
  });
  return listed.map(({ name, provenance }) => {
    const { yanked, requiresPython } = decisions.get(name.fileName) ?? {};
    return {
      fileName: name.fileName,
      sha256: provenance.sha256,
      metadata: provenance.metadataSha256 ?? '',
      requiresPython: readable(requiresPython ?? provenance.requiresPython ?? ''),
      yanked: typeof yanked === 'string' ? collapsed(yanked) || true : yanked,
    };
  });
}

const collapsed = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

const readable = (text: string): string | undefined =>
  collapsed(text) !== '' && parseSpecifier(collapsed(text)) !== null ? collapsed(text) : undefined;

const byName = (files: readonly SeenFile[]) => files.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1));

/** Both forms of both projects, and the list of projects, hold what the model says. */
function check(scene: SimpleScene, model: Model): void {
  const withFiles: string[] = [];
  for (const project of ['demo', 'other-project']) {
    const right = expected(model, project);
    if (right.length > 0) withFiles.push(project);
    const [json, html] = [scene.page(project, 'index.json'), scene.page(project, 'index.html')];
    if (json === undefined || html === undefined) {
      expect([json, html, right]).toEqual([undefined, undefined, []]);
      continue;
    }
    const seen = seenInJson(json, project);
    expect(byName(seen.map(({ size: _, uploadTime: __, ...rest }) => rest))).toEqual(byName(right));
    expect(seen.map(({ fileName }) => fileName)).toEqual(seenInHtml(html).map(({ fileName }) => fileName));
    expect(byName(seenInHtml(html))).toEqual(byName(right));
  }
  const root = scene.page(null, 'index.json');
  expect(root === undefined ? [] : projectsInJson(root)).toEqual(withFiles);
  const anchors = anchorsOf(scene.page(null, 'index.html') ?? '<meta name="pypi:repository-version" content="1.4">');
  expect(anchors.map(({ text, attributes }) => [text, attributes['href']])).toEqual(
    withFiles.map((name) => [name, `${name}/`]),
  );
}

describe('any history of mirroring, yanks, bounds, withdrawals and removals', () => {
  it('leaves pages that hold what PEP 503, 691 and 700 ask, and say what is so, after each step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const scene = simpleScene();
        const model: Model = { there: new Set(), decisions: new Map() };
        for (const each of steps) {
          const { name } = await take(scene, model, each);
          const { projects } = await scene.index([name.project]);
          expect(projects.flatMap(({ problems }) => problems)).toEqual([]);
          check(scene, model);
        }
        const versions = [...scene.store.objects].map(([key, { etag }]) => `${key} ${etag}`);
        expect((await scene.index()).projects.filter(({ changed }) => changed)).toEqual([]);
        expect([...scene.store.objects].map(([key, { etag }]) => `${key} ${etag}`)).toEqual(versions);
      }),
      { numRuns: 60 },
    );
  });
});
