import { describe, expect, test } from 'vitest';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { packageFacts } from '../../../core/outputs/entries/channel-facts.ts';
import { recipeSource } from '../../../core/outputs/entries/recipe-source.ts';
import type { InfoFiles } from '../../../core/package/package-info.ts';
import { readPackageInfo } from '../../../core/package/read-package-info.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { buildConda, buildTarBz2, indexMember, infoTar, stem } from '../../support/packages/build-package.ts';

const factsOf = (infoFiles: InfoFiles, runExports: unknown = null) => {
  const { facts, runExports: exported } = packageFacts({ runExports, infoFiles });
  return { facts: JSON.parse(Buffer.from(facts).toString()), runExports: Buffer.from(exported).toString() };
};

describe('facts', () => {
  test.each([
    ['{"license":"MIT","summary":" a\\nb ","extra":1,"doc_url":"","tags":[]}', { license: 'MIT', summary: 'a b' }],
    ['{"description":["a ","b\\n"],"keywords":["x"],"home":null}', { description: 'a b', keywords: ['x'] }],
  ])('are the known fields of about.json that say something: %s', (about, expected) => {
    expect(factsOf({ about }).facts).toEqual({ about: expected });
  });

  test.each(['', '[]', '{"license":', '3'])('are none in a broken about.json or paths.json: %j', (text) => {
    expect(factsOf({ about: text, paths: text, recipe: text }).facts).toEqual({});
  });

  test.each([
    ['etc/conda/activate.d/a.sh', ['activate.d']],
    ['etc/conda/deactivate.d/a.sh', ['deactivate.d']],
    ['x/etc/conda/activate.d/a.sh', []],
    ['bin/.a-post-link.sh', ['post_link']],
    ['Scripts/.a-pre-link.bat', ['pre_link']],
    ['bin/.a-pre-unlink.sh', ['pre_unlink']],
    ['.a-post-link.sh', []],
    ['bin/a-post-link.sh', []],
  ])('know scripts by their path: %s', (_path, flags) => {
    expect(factsOf({ paths: JSON.stringify({ paths: [{ _path }] }) }).facts.flags ?? []).toEqual(flags);
  });

  test.each([
    [{ prefix_placeholder: '/p', file_mode: 'binary' }, ['binary_prefix']],
    [{ prefix_placeholder: '/p', file_mode: 'text' }, ['text_prefix']],
    [{ prefix_placeholder: '', file_mode: 'text' }, []],
    [{ file_mode: 'binary' }, []],
  ])('know prefixes: %j', (path, flags) => {
    expect(factsOf({ paths: JSON.stringify({ paths: [{ _path: 'a', ...path }] }) }).facts.flags ?? []).toEqual(flags);
  });

  test.each([
    [null, '{}'],
    [[], '{}'],
    ['weak', '{"weak":["weak"]}'],
    [{ weak: ['é'] }, '{"weak":["\\u00e9"]}'],
    [['a >=1'], '{"weak":["a >=1"]}'],
  ])('have run_exports as clients read them: %j', (runExports, expected) => {
    expect(factsOf({}, runExports).runExports).toBe(expected);
  });
});

describe('the source of a recipe', () => {
  test.each([
    ['source:\n  url: https://a.example/x.tar.gz\n', { source_url: 'https://a.example/x.tar.gz' }],
    ['a: 1\nsource:\n    fn: x\n    url: "https://a.example/#x"\nb: 2\n', { source_url: 'https://a.example/#x' }],
    ["source:\r\n  git_url: 'https://g.example'\r\n", { source_git_url: 'https://g.example' }],
    [
      'source:\n  url:\n  - https://a.example\n  - https://b.example\n  sha256: x\n',
      { source_url: ['https://a.example', 'https://b.example'] },
    ],
    ['source:\n  - url: https://a.example\n', {}],
    ['source:\n- url: https://a.example\n', {}],
    ['source:\n  patches:\n    url: https://a.example\n', {}],
    ['source: {url: https://a.example}\n', {}],
    ['source:\n  url: {{ url }}/x\n', {}],
    ['source:\n  url: https://a.example/{{ version }}\n', {}],
    ['source:\n  url: >-\n    https://a.example\n', {}],
    ['source:\n  url: https://a.example # main\n', {}],
    ['outputs:\n  url: https://a.example\n', {}],
    ['', {}],
  ])('is what a rendered block map says, and nothing else: %j', (recipe, expected) => {
    expect(recipeSource(recipe)).toEqual(expected);
  });
});

describe('readPackageInfo', () => {
  const about = { name: 'info/about.json', data: '{"license":"MIT"}' };
  const recipe = { name: 'info/recipe/meta.yaml', data: 'source:\n  url: https://a.example\n' };
  const read = async (bytes: Uint8Array, format: string) =>
    (await readPackageInfo(bytesSource(bytes), packageFileNameSchema.parse(stem + format))).infoFiles;
  const files = { about: about.data, recipe: recipe.data };

  test('finds what describes a .conda to people', async () => {
    expect(await read(buildConda({ info: infoTar(about, recipe) }), '.conda')).toEqual(files);
  });

  test('finds of a .tar.bz2 what comes before its payload', async () => {
    const payload = { name: 'bin/demo', data: 'demo' };
    expect(await read(buildTarBz2(about, indexMember, recipe, payload), '.tar.bz2')).toEqual(files);
    expect(await read(buildTarBz2(about, indexMember, payload, recipe), '.tar.bz2')).toEqual({ about: about.data });
  });

  test('takes what is too large, a link or not UTF-8 for absent', async () => {
    const large = { ...about, data: `{"license":"${'x'.repeat(600_000)}"}` };
    const link = { name: 'info/paths.json', type: '2', linkName: 'index.json' };
    const latin = { ...recipe, data: Buffer.from([0xe9]) };
    expect(await read(buildConda({ info: infoTar(large, link, latin) }), '.conda')).toEqual({});
  });
});
