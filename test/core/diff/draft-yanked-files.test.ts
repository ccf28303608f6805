import { expect, test } from 'vitest';
import { draftSimple } from '../../../core/diff/draft-simple.ts';
import type { SimpleFile } from '../../../core/documents/simple/simple-plan.ts';
import { simpleFile } from '../../support/python/fetch-simple.ts';
import { decide, type EnteringWheel, simpleScene } from '../../support/simple/simple-scene.ts';

const yank = { at: 1, reason: 'breaks' };

/** A wheel that is yanked, and what a complete plan makes of it. */
async function scene(yanked?: string) {
  const made = simpleScene();
  const wheel = await made.mirror('demo-1.0-py3-none-any.whl');
  await decide(made.store, wheel.name, ({ why }) => ({ why, yank, ...(yanked && { yanked }) }));
  await made.index();
  const draft = async (files: readonly SimpleFile[], upstreamYank: string | boolean = false) => {
    const upstream = { ...simpleFile(wheel.bytes, { url: 'https://f.test/demo' }), page: '', requiresPython: null };
    const claims = { covers: () => false, solved: () => true };
    const { simple, problems } = await draftSimple(
      { files, outcomes: [] },
      {
        ...{ store: made.store, now: 2, retain: 1, complete: true, entries: [], reserved: [], claims },
        upstreamFile: async () => ({ ...upstream, metadata: true, yanked: upstreamYank }),
      },
    );
    expect(problems).toEqual([]);
    return [simple.add, simple.change, simple.drop, simple.decisions, simple.alterations];
  };
  return { ...made, wheel, draft };
}

const wanted = ({ bytes }: EnteringWheel, changes: object = {}) => [
  simpleFile(bytes, { url: 'https://f.test/demo', why: ['demo'], ...changes }),
];
const nothing = [[], [], [], {}, {}];

test('a plan that needs a yanked file has nothing to say of it', async () => {
  const { wheel, draft } = await scene();
  expect(await draft(wanted(wheel))).toEqual(nothing);
});

test("upstream's own yank of it comes and goes beside ours", async () => {
  const { wheel, draft } = await scene();
  const { project, fileName } = wheel.name;
  const id = `simple/${project}/${fileName}`;
  expect(await draft(wanted(wheel, { yanked: 'theirs' }))).toEqual([
    ...[[], [id], [], {}],
    { [project]: { [fileName]: { why: ['demo'], yank, yanked: 'theirs' } } },
  ]);
  const theirs = await scene('theirs');
  expect(await theirs.draft(wanted(theirs.wheel))).toEqual([
    ...[[], [id], [], {}],
    { [project]: { [fileName]: { why: ['demo'], yank } } },
  ]);
});

test('one that does without it leaves it alone, whatever upstream says of its name', async () => {
  const { draft } = await scene();
  expect(await draft([])).toEqual(nothing);
  expect(await draft([], 'theirs')).toEqual(nothing);
});

test('the page shows our reason over theirs', async () => {
  const made = await scene('theirs');
  expect(made.page('demo', 'index.json')).toContain('"yanked":"breaks"');
});
