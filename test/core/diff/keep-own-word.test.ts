import { expect, test } from 'vitest';
import { writeFileDecisions } from '../../../core/diff/write-file-decisions.ts';
import { writeOverrides } from '../../../core/diff/write-overrides.ts';
import { readControl } from '../../../core/documents/control.ts';
import { readProjectControl } from '../../../core/documents/simple/project-control.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { controlKey, type ObjectKey, projectControlKey } from '../../../core/layout/keys.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { project } from '../../support/simple/simple-scene.ts';
import { memoryStore, newBucket } from '../../twins/store-memory.ts';

const yank = { at: 1, reason: 'breaks' };
const clock = { now: () => 1, sleep: async () => {}, random: () => 0 };

/** A store in which somebody writes control right before the first write of it takes effect: a yank, or its undoing. */
async function raced(key: ObjectKey, before: object, between: object) {
  const bucket = newBucket();
  const other = memoryStore({}, bucket);
  await other.put(key, Buffer.from(canonicalJson(before)));
  let isFirst = true;
  return memoryStore(
    {
      async before(operation, where) {
        if (operation !== 'put' || where !== key || !isFirst) return;
        isFirst = false;
        await other.put(key, Buffer.from(canonicalJson(between)));
      },
    },
    bucket,
  );
}

const filename = 'acme-tool-1.0-0.conda';
const packages = (override: object) => ({ version: 1, packages: { [filename]: override } });
const fileName = 'acme_tool-1.0-py3-none-any.whl';
const files = (decision: object) => ({ version: 1, files: { [fileName]: decision } });
const tool = project('acme-tool');

test.each([
  ['a yank that came while a plan was made', {}, { yank }, { why: ['app'], yank }],
  ['the undoing of a yank', { yank }, {}, { why: ['app'] }],
])('%s stands when the plan is written: of a conda package', async (_, before, between, after) => {
  const store = await raced(controlKey('conda', noarch), packages(before), packages(between));
  // As it was planned from what control said before.
  const planned = { [noarch]: { [filename]: { why: ['app'], ...before } } };
  await writeOverrides(planned, { store, channel: 'conda', clock });
  expect((await readControl(store, 'conda', noarch)).control).toEqual(packages(after));
});

test.each([
  ['a yank that came while a plan was made', { why: [] }, { why: [], yank }, { why: ['app'], yank }],
  ['the undoing of a yank', { why: [], yank }, { why: [] }, { why: ['app'] }],
])('%s stands when the plan is written: of a file for pip', async (_, before, between, after) => {
  const store = await raced(projectControlKey(tool), files(before), files(between));
  await writeFileDecisions({ [tool]: { [fileName]: { ...before, why: ['app'] } } }, { store, clock });
  expect((await readProjectControl(store, tool)).control).toEqual(files(after));
});
