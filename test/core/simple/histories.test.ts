import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileDecision } from '../../../core/documents/simple/project-control.ts';
import { objectKeySchema, simpleFileKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { parseSpecifier } from '../../../core/names/pep440/specifier.ts';
import { anchorsOf, projectsInJson, type SeenFile, seenInHtml, seenInJson } from '../../support/simple/read-pages.ts';
import {
  decide,
  type EnteringFile,
  enter,
  enteringSdist,
  enteringWheel,
  project,
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
const ofIndex = fileNames.map((fileName, i) =>
  enteringWheel({ fileName }, { requiresPython: i % 2 === 0 ? '>=3.8' : null }),
);

const bounded = 'Requires-Python: >=3.9\n';
const ownWheel = (fileName: string): EnteringFile =>
  enteringWheel({ fileName, metadata: bounded }, { requiresPython: '>=3.9', origin: { type: 'published', by: null } });
const published = [
  ownWheel('demo-1.9-2-py3-none-any.whl'),
  enteringSdist('demo-1.9.tar.gz', project('demo'), bounded),
  enteringSdist('Other.Project-0.3rc1.tar.bz2', project('other-project')),
];
const copied = [
  ownWheel('demo-2.0+local.1-py3-none-any.whl'),
  enteringSdist('demo-2.0+local.1.zip', project('demo')),
  enteringSdist('other-project-7-1.tar.gz', project('other-project'), bounded),
];
const files: readonly EnteringFile[] = [...ofIndex, ...published, ...copied];

type Step =
  | { readonly do: 'bring' | 'withdraw' | 'reinstate' | 'delete'; readonly file: number }
  | { readonly do: 'yank'; readonly file: number; readonly reason: true | string | undefined }
  | { readonly do: 'take back'; readonly file: number; readonly reason: string | undefined }
  | { readonly do: 'bound'; readonly file: number; readonly bound: string | undefined };

const file = fc.nat(files.length - 1);
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('"><a href="x">', '&gt;', '\n', ' '));
const bound = fc.oneof(fc.constantFrom('<3.9,>=2.7', '>=3.6, !=3.7.*', '>3', '===<&>"', '', '3'), text);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('bring' as const), file }) },
  fc.record({ do: fc.constantFrom('withdraw' as const, 'reinstate' as const, 'delete' as const), file }),
  fc.record({
    do: fc.constant('yank' as const),
    file,
    reason: fc.oneof(fc.constantFrom(true as const, undefined), text),
  }),
  fc.record({ do: fc.constant('take back' as const), file, reason: fc.option(text, { nil: undefined }) }),
  fc.record({ do: fc.constant('bound' as const), file, bound: fc.option(bound, { nil: undefined }) }),
);

interface Model {
  readonly there: Set<string>;
  readonly decisions: Map<string, FileDecision>;
}

/** Has a file come as its kind does: fetched and then decided of, published, or put there by hand. */
async function bring({ store }: SimpleScene, model: Model, file: EnteringFile): Promise<void> {
  if (copied.includes(file)) await store.put(simpleFileKey(file.name.project, file.name.fileName), file.bytes);
  else await enter(store, file);
  model.there.add(file.name.fileName);
}

/** Does a step to the store and to the model, which knows nothing of pages. */
async function take(scene: SimpleScene, model: Model, { file, ...step }: Step): Promise<EnteringFile> {
  const entering = files[file];
  if (entering === undefined) throw new RangeError(`no file ${file}`);
  const { name } = entering;
  if (step.do === 'bring') await bring(scene, model, entering);
  if (step.do === 'delete') {
    await scene.store.delete(simpleFileKey(name.project, name.fileName));
    model.there.delete(name.fileName);
  }
  const make = step.do === 'bring' && file < ofIndex.length ? unchanged : decisionBy(step);
  if (make === null) return entering;
  model.decisions.set(name.fileName, make(model.decisions.get(name.fileName) ?? { why: ['demo'] }));
  await decide(scene.store, name, make);
  return entering;
}

type Decide = (decision: FileDecision) => FileDecision;
const unchanged: Decide = (decision) => decision;

/** What a step makes of a file's decision; null of one that decides nothing. */
function decisionBy(
  step: Pick<Step, 'do'> & { reason?: true | string | undefined; bound?: string | undefined },
): Decide | null {
  const { reason, bound } = step;
  switch (step.do) {
    case 'withdraw':
      return (decision) => ({ ...decision, withdrawn: { at: 1, reason: 'recalled' } });
    case 'reinstate':
      return ({ withdrawn: _, ...decision }) => decision;
    case 'yank':
      return ({ yanked: _, ...rest }) => ({ ...rest, ...defined({ yanked: reason }) });
    case 'take back':
      return ({ yank: _, ...rest }) => ({ ...rest, ...(typeof reason === 'string' && { yank: { at: 1, reason } }) });
    case 'bound':
      return ({ requiresPython: _, ...rest }) => ({ ...rest, ...defined({ requiresPython: bound }) });
    default:
      return null;
  }
}

const defined = (members: Partial<FileDecision>): Partial<FileDecision> =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));

/** The files that a project's pages must list. */
function expected({ there, decisions }: Model, project: string): SeenFile[] {
  const listed = files.filter((file) => {
    const decision = decisions.get(file.name.fileName);
    const isDecided = decision !== undefined || !ofIndex.some(({ name }) => name === file.name);
    const isIn = there.has(file.name.fileName) && isDecided && decision?.withdrawn === undefined;
    return file.name.project === project && isIn;
  });
  return listed.map(({ name, provenance }) => {
    const { yank, yanked, requiresPython } = decisions.get(name.fileName) ?? {};
    const reason = yank?.reason ?? yanked;
    return {
      fileName: name.fileName,
      sha256: provenance.sha256,
      metadata: provenance.metadataSha256 ?? '',
      requiresPython: readable(requiresPython ?? provenance.requiresPython ?? ''),
      yanked: typeof reason === 'string' ? collapsed(reason) || true : reason,
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

/** What a page names is there: pip stops at a page that names what is not. */
function expectAllThere({ store }: SimpleScene, project: string, seen: readonly (SeenFile & { size: number })[]): void {
  const at = (path: string) => store.objects.get(objectKeySchema.parse(`simple/${project}/${path}`))?.bytes;
  for (const { fileName, sha256, size, metadata } of seen) {
    const bytes = at(fileName) ?? new Uint8Array();
    expect([fileName, bytes.length, sha256Of(bytes)]).toEqual([fileName, size, sha256]);
    if (metadata !== '') expect(sha256Of(at(`${fileName}.metadata`) ?? '')).toBe(metadata);
    else expect(at(`${fileName}.metadata`)).toBeUndefined();
  }
}

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
    expectAllThere(scene, project, seen);
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

describe('any history of mirroring, publishing, copying in, yanks, bounds, withdrawals and removals', () => {
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
