import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Allowlist, parseAllowlist } from '../../../../core/documents/allowlist/parse-allowlist.ts';
import { canonicalMatchSpec } from '../../../../core/names/match-spec/solver-spec.ts';
import { allowlistText, utf8 } from './expect-problem.ts';

const example = readFileSync(new URL('../../../../allowlist.json', import.meta.url));

function read(text: string): Allowlist {
  const parsed = parseAllowlist(utf8(text), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
}

describe('the example', () => {
  const allowlist = read(example.toString());

  test('is read', () => {
    expect(allowlist.name).toBe('gatehouse');
    expect(allowlist.channels).toEqual(['https://conda.anaconda.org/conda-forge']);
    expect(allowlist.platforms).toEqual(['linux-64', 'osx-64', 'win-64']);
    expect(allowlist.entries.map(({ id, line }) => [id, line])).toEqual([
      ['jupyterlab ==3.1.3', 6],
      ['spyder ==5.0.4', 7],
      ['orange3 ==3.29.3', 8],
      ['orange3 ==3.30.1', 9],
      ['pypi:networkx ==1.10', 10],
    ]);
    expect(allowlist.entries[4]).toMatchObject({
      kind: 'pypi',
      name: 'networkx',
      specifier: '==1.10',
      unpack: true,
      depends: [{ name: 'python' }],
      reason: 'graph theory course',
    });
  });
});

describe('what is read', () => {
  test('every key', () => {
    const more = `, "name": "acme-2.x_y", "python": ["3.9", "3.12"],
      "virtualPackages": {"linux-64": {"__glibc": "2.17", "__archspec": "1=x86_64_v3"}},
      "indexes": ["https://index.example/simple/"], "condaNames": {"Graph_Viz": "python-graphviz"},
      "forms": ["repodata.json.bz2"], "versions": "fewest", "packageFormat": ".tar.bz2", "environments": {"course-101": ["numpy ==1.0", "conda-forge::scipy"]}`;
    const allowlist = read(allowlistText({ more }));
    expect(allowlist).toMatchObject({
      name: 'acme-2.x_y',
      python: ['3.9', '3.12'],
      virtualPackages: { 'linux-64': { __glibc: '2.17', __archspec: '1=x86_64_v3' } },
      indexes: ['https://index.example/simple'],
      condaNames: new Map([['graph-viz', 'python-graphviz']]),
      forms: ['repodata.json.bz2'],
      versions: 'fewest',
      packageFormat: '.tar.bz2',
      environments: [{ name: 'course-101', id: 'environment:course-101', line: 7 }],
    });
    const [course] = allowlist.environments;
    expect(course?.specs.map(canonicalMatchSpec)).toEqual(['numpy ==1.0', 'conda-forge::scipy']);
    expect(course?.channels).toEqual(new Map([['scipy', 'https://conda.anaconda.org/conda-forge']]));
  });

  test.each([
    ['https://conda.anaconda.org/conda-forge', '', expect.stringContaining('/parselmouth/')],
    ['https://mirror.example/conda-forge/', '', expect.stringContaining('/parselmouth/')],
    ['https://mirror.example/conda-forge', ', "mapping": "none"', null],
    ['https://mirror.example/conda-forge', ', "mapping": "file:///srv/map.json"', 'file:///srv/map.json'],
    ['https://mirror.example/other', '', null],
    ['https://mirror.example/other', ', "mapping": "https://a.example/map.json"', 'https://a.example/map.json'],
    ['http://127.0.0.1:1/conda-forge', '', null],
    ['file:///srv/conda-forge', '', null],
  ])('of the channel %s%s the mapping is %s', (channel, more, mapping) => {
    expect(read(allowlistText({ channels: `["${channel}"]`, more })).mapping).toEqual(mapping);
  });

  test('that what an entry needs may come from the index', () => {
    const { entries } = read(allowlistText({ packages: '[{"pypi": "a", "dependencies": "pypi"}, {"pypi": "b"}]' }));
    expect(entries).toMatchObject([{ closesOnIndex: true }, { closesOnIndex: false }]);
  });

  test('an empty list of packages', () => expect(read(allowlistText({ packages: '[]' })).entries).toEqual([]));

  test('a slash at the end of a URL is dropped', () => {
    const channels = '["https://a.example/c/", "file:///srv/c//"]';
    expect(read(allowlistText({ channels })).channels).toEqual(['https://a.example/c', 'file:///srv/c']);
  });

  test.each([
    ['"numpy"', null],
    ['"conda-forge::numpy"', 'https://conda.anaconda.org/conda-forge'],
    ['"https://conda.anaconda.org/bioconda/::numpy"', 'https://conda.anaconda.org/bioconda'],
    ['"label/dev::numpy"', 'https://a.example/x/label/dev'],
    ['{"spec": "numpy", "channel": "https://elsewhere.example/c/"}', 'https://elsewhere.example/c'],
    ['{"spec": "c::numpy", "channel": "https://elsewhere.example/c/"}', 'https://elsewhere.example/c'],
  ])('%s comes from %s', (entry, channel) => {
    const conda = '"https://conda.anaconda.org/conda-forge", "https://conda.anaconda.org/bioconda"';
    const channels = `[${conda}, "https://a.example/x/label/dev"]`;
    expect(read(allowlistText({ channels, packages: `[${entry}]` })).entries).toMatchObject([{ channel }]);
  });

  test('one spec for two platforms apart is no duplicate', () => {
    const packages = '[{"spec": "a", "platforms": ["linux-64"]}, {"spec": "a", "platforms": ["win-64"]}]';
    expect(read(allowlistText({ packages })).entries.map(({ platforms }) => platforms)).toEqual([
      ['linux-64'],
      ['win-64'],
    ]);
  });
});

test('all that is wrong is told, in order', () => {
  const text = allowlistText({
    platforms: '["linux-64", "lunux-64"]',
    packages: '["numpy >>1", 3, {"spec": "a >>2", "chanel": ""}, "__x", "b", "b"]',
    more: ', "pythn": ["3.1"], "environments": {"e": ["c >>3"]}',
  });
  const parsed = parseAllowlist(utf8(text), 'allowlist.json');
  const offending = parsed.ok ? [] : parsed.problems.map((problem) => problem.text);
  expect(offending).toEqual(['"lunux-64"', '>>1', '3', '>>2', '"chanel"', '__x', '"b"', '"pythn"', '>>3']);
});

test.each(['3', '"a"', '{}', '"a >>1"'])(
  'of ten thousand times %s fifty problems are told and the rest counted',
  (item) => {
    const packages = `[${Array(10_000).fill(item).join()}]`;
    const parsed = parseAllowlist(utf8(allowlistText({ packages })), 'allowlist.json');
    if (parsed.ok) throw new Error('was read');
    expect(parsed.problems.length).toBe(50);
    expect(parsed.omitted).toBeGreaterThanOrEqual(9_949);
  },
);

test('a hundred thousand values are too many', () => {
  const packages = `[${Array(100_000).fill('"a"').join()}]`;
  const parsed = parseAllowlist(utf8(allowlistText({ packages })), 'allowlist.json');
  expect(parsed).toMatchObject({ ok: false, problems: [{ message: 'more than 100000 values' }], omitted: 0 });
});

describe('whatever comes in', () => {
  const settled = (bytes: Uint8Array): void => {
    const parsed = parseAllowlist(bytes, 'allowlist.json');
    if (parsed.ok) return;
    expect(parsed.problems.length).toBeGreaterThan(0);
    const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/);
    for (const { line, column } of parsed.problems) {
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    }
  };

  test('bytes', () => fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), settled)));

  test('JSON', () => fc.assert(fc.property(fc.json(), (text) => settled(utf8(text)))));

  test('any value at any key', () => {
    const keys = [
      'channels',
      'platforms',
      'packages',
      'python',
      'virtualPackages',
      'environments',
      'reserved',
      'policy',
      'forms',
      'versions',
      'packageFormat',
    ];
    const value = fc.oneof(fc.jsonValue(), fc.array(fc.string()), fc.dictionary(fc.string(), fc.jsonValue()));
    const entries = fc.array(fc.record({ spec: fc.string(), depends: value, platforms: value }, { requiredKeys: [] }));
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.oneof(value, entries), (key, any) => {
        settled(utf8(JSON.stringify({ ...JSON.parse(example.toString()), [key]: any })));
      }),
      { numRuns: 500 },
    );
  });

  test('what looks like a list, or like a text', () => {
    const odd = { length: [{ toString: '' }] };
    for (const key of ['channels', 'platforms', 'python', 'environments', 'packages']) {
      settled(utf8(JSON.stringify({ ...JSON.parse(example.toString()), [key]: odd })));
    }
  });

  test('the example with a byte changed', () => {
    fc.assert(
      fc.property(fc.nat(example.length - 1), fc.nat(255), (at, byte) => settled(example.with(at, byte))),
      { numRuns: 500 },
    );
  });
});
