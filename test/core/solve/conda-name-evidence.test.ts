import { expect, it } from 'vitest';
import { parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { recordSchema } from '../../../core/record/record.ts';
import { condaNames } from '../../../core/solve/conda-names.ts';

const channel = 'https://channel.example';
const project = projectNameSchema.parse('a-b');

function record(name: string, version: string, purls: unknown) {
  const own = { name, version, build: '0', build_number: 0, size: 1, md5: 'a'.repeat(32), purls };
  const filename = packageFileNameSchema.parse(`${name}-${version}-0.conda`);
  return { filename, subdir: noarch, channel, url: `${channel}/${filename}`, record: recordSchema.parse(own) };
}

/** Of a channel whose `noarch` has these packages: name -> `purls` of each of its records. */
function namesIn(packages: Readonly<Record<string, readonly unknown[]>>, more = {}) {
  const document = { channels: [channel], platforms: ['linux-64'], packages: [], ...more };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return condaNames(parsed.allowlist, async (_, subdir) => ({
    url: `${channel}/${subdir}`,
    names: () => new Set(subdir === noarch ? Object.keys(packages) : []),
    records: async (name) => ({
      problems: [],
      records: subdir === noarch ? (packages[name] ?? []).map((purls, i) => record(name, `3.${i}`, purls)) : [],
    }),
  }));
}

const own = ['pkg:pypi/A.B@1'];

it.each<[string, Parameters<typeof namesIn>, unknown]>([
  ['the only one that names the project', [{ a_b: [own], 'a.b': [['pkg:pypi/other']] }], 'a_b'],
  ['by any of its records', [{ a_b: [undefined, 'text', own] }], 'a_b'],
  ['of two the one that is spelt as the project is', [{ a_b: [own], 'a-b': [own] }], 'a-b'],
  ['none of two others', [{ a_b: [own], 'a.b': [own] }], { code: 'pypi.conda-name', detail: /is it a\.b or a_b\?/ }],
  ['none by its spelling', [{ 'a-b': [undefined] }], { code: 'pypi.conda-name', hint: /"a-b": "a-b"/ }],
  ['none of another start', [{ 'a-b': [['pkg:pypi/a-b-c@1']] }], { code: 'pypi.conda-name' }],
  ['what the allowlist says before all', [{ 'a-b': [own] }, { condaNames: { A_b: 'other' } }], 'other'],
])('the conda package of a project is %s', async (_, [packages, more], expected) => {
  const name = await namesIn(packages, more).nameOf(project);
  if (typeof expected !== 'object' || expected === null) return expect(name).toBe(expected);
  for (const [key, wanted] of Object.entries(expected)) {
    const found = typeof name === 'string' ? name : String(Reflect.get(name, key));
    if (wanted instanceof RegExp) expect(found).toMatch(wanted);
    else expect(found).toBe(wanted);
  }
});

it.each<[boolean, Parameters<typeof namesIn>]>([
  [true, [{ 'a-b': [undefined, ['pkg:pypi/other']] }]],
  [false, [{ 'a-b': [undefined, own] }]],
  [false, [{}]],
  [false, [{ 'a-b': [undefined] }, { condaNames: { 'a-b': 'a-b' } }]],
])('a name is taken by a package that nothing says to be the project: %s', async (taken, [packages, more]) => {
  expect(await namesIn(packages, more).isTaken('a-b', project)).toBe(taken);
});

it('pythons are the minor versions that the channels have, or the allowlist lists, rising', async () => {
  const pythons = (more = {}) => namesIn({ python: Array.from({ length: 11 }, () => undefined) }, more).pythons();
  expect((await pythons()).slice(-3)).toEqual(['3.8', '3.9', '3.10']);
  expect(await pythons({ python: ['3.12', '2.7', '3.8'] })).toEqual(['3.8', '3.12']);
});
