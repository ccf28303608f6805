import { expect, it } from 'vitest';
import { parseDistributionFileName } from '../../../core/names/distribution-file-name.ts';
import { parseMatchSpec } from '../../../core/names/match-spec/parse-match-spec.ts';
import { pythonBounds } from '../../../core/releases/python-bounds.ts';
import { wheelName } from '../../support/python/build-wheel.ts';

const known = ['3.6', '3.7', '3.8', '3.12'];

/** The pythons that a wheel with these tags, this `Requires-Python` and these `depends` is for, or why there are none. */
function pythonsOf(tags: string, requires: string | null, depends: readonly string[] = []): readonly string[] | string {
  const name = wheelName(`demo-1.0-${tags}-none-any.whl`);
  const stated = depends.map((text) => {
    const parsed = parseMatchSpec(text);
    return parsed.ok ? parsed.spec : expect.fail(text);
  });
  const file = {
    fileName: parseDistributionFileName(name.fileName) ?? expect.fail(name.fileName),
    url: 'https://a.example/demo',
    page: 'https://a.example/',
    sha256: null,
    size: null,
    requiresPython: null,
    yanked: false,
    uploadTime: null,
    metadata: false,
  };
  const bounds = pythonBounds({ from: 'wheel', file, name, version: name.version }, requires, { stated, known });
  return 'code' in bounds ? bounds.code : bounds.pythons;
}

it.each<[string, string | null, string[], string[] | string]>([
  ['py3', null, [], known],
  ['py2.py3', null, [], known],
  ['py2.py3', '>=2.7,!=3.6.*', [], ['3.7', '3.8', '3.12']],
  ['py37', null, [], ['3.7', '3.8', '3.12']],
  ['py38.py37', null, [], ['3.7', '3.8', '3.12']],
  ['cp38', null, [], ['3.8']],
  ['py3', '>=3.8', [], ['3.8', '3.12']],
  ['py3', '<3.8', [], ['3.6', '3.7']],
  ['py3', '>=3.8.1', [], ['3.8', '3.12']],
  ['py3', '==3.8.5', [], ['3.8']],
  ['py3', '>3.7.2,<3.7.9', [], ['3.7']],
  ['py3', '<3.8.1', [], ['3.6', '3.7', '3.8']],
  ['py3', '<3.8.0', [], ['3.6', '3.7']],
  ['py3', '==3.12.0rc1', [], ['3.12']],
  ['py3', '>=4', [], 'pypi.python'],
  ['py3', ">= '3'", [], 'pypi.python'],
  ['py3', ">= '3'", ['python >=3.8'], ['3.8', '3.12']],
  ['py3', '>=3.7', ['python <3.9'], ['3.7', '3.8']],
  ['py3', null, ['python ==3.8.5'], ['3.8']],
  ['py3', null, ['python !=3.7.*,<3.12'], ['3.6', '3.8']],
])('a wheel for %s that asks for %s, with %j of its entry, is for %j', (tags, requires, depends, expected) => {
  expect(pythonsOf(tags, requires, depends)).toEqual(expected);
});
