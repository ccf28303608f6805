import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mappingSchema } from '../../../core/documents/kept-mapping.ts';
import { parseJson } from '../../../core/json/json.ts';
import { chooseName, isSpelling } from '../../../core/made/choose-name.ts';
import { parseProjectName } from '../../../core/names/project-name.ts';
import { byProject } from '../../../core/releases/name-evidence.ts';
import { corpus } from '../../support/packages/corpus.ts';

const path = join(corpus, 'mapping/parselmouth_conda-forge_compressed_mapping.json');
const mapping = parseJson(readFileSync(path, 'utf8'), mappingSchema, path);
const names = byProject(mapping);

it('reads what is published of conda-forge', () => {
  expect([Object.keys(mapping).length, names.size]).toEqual([33_909, 20_521]);
});

it('of the projects in several packages, most are the one of their name', () => {
  const several = [...names].filter(([, own]) => own.length > 1);
  const kinds = several.map(([project, own]) => chooseName(project, own));
  const count = (kind: string) => kinds.filter((one) => one.kind === kind).length;
  expect([several.length, count('one'), count('spellings'), count('others')]).toEqual([517, 396, 97, 24]);
});

it('of the projects in one package, 767 are one of another name', () => {
  const others = [...names].filter(([project, own]) => own.length === 1 && !isSpelling(own[0] ?? '', project));
  expect(others).toHaveLength(767);
  for (const [project, own] of others) expect(chooseName(project, own)).toEqual({ kind: 'one', name: own[0] });
});

it('never is a project the package of its name by that alone', () => {
  const unlike = [...names].filter(([project, own]) => project in mapping && !own.includes(project));
  // The metapackage typing-extensions over typing_extensions, and 182 that are something else.
  expect(unlike).toHaveLength(183);
  for (const [project, own] of unlike) expect(chooseName(project, own)).not.toEqual({ kind: 'one', name: project });
});

it.each([
  ['graphviz', { kind: 'one', name: 'python-graphviz' }],
  ['typing-extensions', { kind: 'one', name: 'typing_extensions' }],
  ['networkx', { kind: 'one', name: 'networkx' }],
  ['pip', { kind: 'one', name: 'pip' }],
  ['ruamel-yaml', { kind: 'spellings', names: ['ruamel.yaml', 'ruamel_yaml'] }],
  ['torch', { kind: 'others', names: ['pytorch', 'pytorch-cpu'] }],
  ['cs50', { kind: 'none' }],
])('%s is %j', (text, choice) => {
  const project = parseProjectName(text) ?? expect.fail(text);
  expect(chooseName(project, names.get(project) ?? [])).toEqual(choice);
});
