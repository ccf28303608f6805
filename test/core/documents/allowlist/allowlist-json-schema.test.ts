import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowlistJsonSchema } from '../../../../core/documents/allowlist/allowlist-schema.ts';
import { parseAllowlist } from '../../../../core/documents/allowlist/parse-allowlist.ts';
import { schemaFaults } from '../../../../core/documents/allowlist/schema-faults.ts';
import { locateJson } from '../../../../core/json/locate-json.ts';

const read = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../../../${name}`, import.meta.url), 'utf8'));
const checkedIn = read('allowlist.schema.json');
/** The independent judge, on the file that editors use. `oneOf` requires keys that are defined beside it. */
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
const fits = ajv.compile(checkedIn);

const good = {
  channels: ['https://conda.anaconda.org/conda-forge', 'file:///srv/channel'],
  platforms: ['linux-64', 'osx-arm64'],
  packages: ['numpy ==1.0', { spec: 'scipy', platforms: ['linux-64'], reason: 'maths' }, { pypi: 'networkx ==1.10' }],
};

const isRead = (document: unknown): boolean =>
  parseAllowlist(new TextEncoder().encode(JSON.stringify(document)), 'allowlist.json').ok;

test('allowlist.schema.json is made from this source: `npm run schema` makes it again', () => {
  expect(checkedIn).toEqual(JSON.parse(JSON.stringify(allowlistJsonSchema())));
});

test('it is a schema by its own meta-schema', () => {
  expect(ajv.validateSchema(checkedIn)).toBe(true);
});

describe('the schema and the parser agree', () => {
  test.each<[string, unknown]>([
    ['the example', read('allowlist.json')],
    ['all kinds of entry', good],
    ['no packages', { ...good, packages: [] }],
    [
      'every key',
      {
        ...good,
        $schema: 'x',
        name: 'acme.one',
        python: ['3.12'],
        virtualPackages: { 'linux-64': { __glibc: '2.17' } },
        environments: { 'course-101': ['numpy ==1.0'] },
        forms: ['repodata_shards.msgpack.zst'],
        versions: 'fewest',
        packageFormat: '.tar.bz2',
      },
    ],
    ['a port and an address', { ...good, channels: ['http://[::1]:8080/c', 'http://127.0.0.1:80'] }],
    ['empty lists that may be', { ...good, environments: {}, forms: [] }],
  ])('that %s is an allowlist', (_, document) => {
    expect([fits(document), isRead(document)]).toEqual([true, true]);
  });

  test.each<[string, unknown]>([
    ['no object', []],
    ['null', null],
    ['no channel', { ...good, channels: null }],
    ['no platforms key', { channels: good.channels, packages: [] }],
    ['no packages key', { channels: good.channels, platforms: ['win-64'] }],
    ['a name that is taken', { ...good, name: 'linux-64' }],
    ['a name for a package', { ...good, name: 'a.tar.bz2' }],
    ['a name of one dot', { ...good, name: '.' }],
    ['an unknown key', { ...good, platfroms: [] }],
    ['an unknown entry key', { ...good, packages: [{ spec: 'a', chanel: 'x' }] }],
    ['a channel by name', { ...good, channels: ['conda-forge'] }],
    ['credentials', { ...good, channels: ['https://me:secret@a.example/c'] }],
    ['a token', { ...good, channels: ['https://a.example/t/abc/c'] }],
    ['a query', { ...good, channels: ['https://a.example/simple?x'] }],
    ['a fragment', { ...good, packages: [{ spec: 'a', channel: 'https://a.example/c#x' }] }],
    ['a relative file', { ...good, channels: ['file:x'] }],
    ['a channel twice', { ...good, channels: ['https://a.example', 'https://a.example'] }],
    ['noarch', { ...good, platforms: ['noarch'] }],
    ['an unknown platform', { ...good, platforms: ['linux-fake'] }],
    ['a platform twice', { ...good, platforms: ['win-64', 'win-64'] }],
    ['an empty spec', { ...good, packages: [' '] }],
    ['a number', { ...good, packages: [1] }],
    ['an empty entry', { ...good, packages: [{}] }],
    ['spec and pypi', { ...good, packages: [{ spec: 'a', pypi: 'b' }] }],
    ['pypi and channel', { ...good, packages: [{ pypi: 'b', channel: 'https://a.example/c' }] }],
    ['an entry twice', { ...good, packages: ['a', 'a'] }],
    ['no platform for an entry', { ...good, packages: [{ spec: 'a', platforms: [] }] }],
    ['a python as number', { ...good, python: [3.12] }],
    ['no python', { ...good, python: ['three'] }],
    ['virtual packages of noarch', { ...good, virtualPackages: { noarch: {} } }],
    ['no virtual package', { ...good, virtualPackages: { 'linux-64': { glibc: '2' } } }],
    ['a virtual package as number', { ...good, virtualPackages: { 'linux-64': { __glibc: 2 } } }],
    ['an environment name', { ...good, environments: { 'A b': ['a'] } }],
    ['an empty environment', { ...good, environments: { a: [] } }],
    ['a pattern of reserved names', { ...good, reserved: ['acme-*'] }],
    ['no package index', { ...good, indexes: [] }],
    ['a mapping by its path', { ...good, mapping: 'map.json' }],
    ['a mapping with a secret', { ...good, mapping: 'https://a:b@a.example/map.json' }],
    ['dependencies of a conda package', { ...good, packages: [{ spec: 'a', dependencies: 'pypi' }] }],
    ['an sdist of a conda package', { ...good, packages: [{ spec: 'a', sdist: 'unpack' }] }],
    ['no form', { ...good, forms: ['repodata.json'] }],
    ['a choice of versions', { ...good, versions: 'oldest' }],
    ['a package format', { ...good, packageFormat: 'tar.bz2' }],
  ])('that %s is none', (_, document) => {
    expect([fits(document), isRead(document)]).toEqual([false, false]);
  });

  test('on documents put together at random', () => {
    fc.assert(
      fc.property(anyDocument, (drawn) => {
        const text = JSON.stringify(drawn);
        // ajv compares the members of a list by fast-deep-equal, which calls these two where an object has them.
        fc.pre(!/"(?:valueOf|toString)"/.test(text));
        const document: unknown = JSON.parse(text);
        const { root } = locateJson(text);
        if (root === null) throw new Error('not read');
        const isSound = schemaFaults(root).length === 0;
        if (!fits(document)) expect(isRead(document), text).toBe(false);
        else expect(isSound, text).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

const platform = fc.constantFrom<unknown>('linux-64', 'win-64', 'osx-64', 'noarch', 'linux-fake', 1);
const url = fc.constantFrom<unknown>(
  'https://a.example/c',
  'http://b:1/',
  'file:///c',
  'c',
  'https://a@b/c',
  'https://b/?',
  null,
);
const spec = fc.constantFrom<unknown>('numpy', 'scipy ==1', 'a >=1', '', ' ', 2);
const list = (item: fc.Arbitrary<unknown>) => fc.array(item, { maxLength: 3 });
const sometimes = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: fc.jsonValue() });
const entry = fc.oneof(
  spec,
  fc.record(
    { spec, pypi: spec, platforms: list(platform), channel: url, depends: list(spec), reason: spec, x: spec },
    { requiredKeys: [] },
  ),
);
const anyDocument = fc.record(
  {
    channels: sometimes(list(url)),
    platforms: sometimes(list(platform)),
    packages: sometimes(list(entry)),
    python: sometimes(list(fc.constantFrom('3.12', '3', '3.1'))),
    virtualPackages: sometimes(
      fc.dictionary(fc.constantFrom('linux-64', 'noarch'), fc.dictionary(fc.constantFrom('__a', 'a'), spec)),
    ),
    environments: sometimes(fc.dictionary(fc.constantFrom('a', 'B', '.'), list(spec))),
    forms: sometimes(list(fc.constantFrom('repodata.json.bz2', 'repodata.json'))),
    policy: sometimes(fc.constant({})),
  },
  { requiredKeys: ['channels', 'platforms', 'packages'] },
);
