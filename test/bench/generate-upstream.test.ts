import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateRepodata, generateUpstream } from '../../bench/support/generate-upstream.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { serveFolder } from '../../local/sample/serve-folder.ts';
import { solve } from '../local/sample/solve.ts';

const recordsOf = (document: ReturnType<typeof generateRepodata>[number]) => [
  ...Object.entries(document.packages),
  ...Object.entries(document['packages.conda']),
];
const nameOf = (spec: unknown) => String(spec).split(' ', 1)[0] ?? '';

test('exactly as many records as asked, in known subdirs, without cycles, and again the same', () => {
  const platforms = fc.constantFrom(['linux-64'], ['linux-64', 'osx-arm64', 'win-64']);
  const shape = fc.record({ records: fc.integer({ min: 36, max: 1500 }), seed: fc.nat(), platforms });
  fc.assert(
    fc.property(shape, (given) => {
      const documents = generateRepodata(given);
      expect(documents.map(({ info }) => info.subdir)).toEqual([...given.platforms, 'noarch']);
      const records = documents.flatMap(recordsOf);
      expect(records).toHaveLength(given.records);
      expect(canonicalJson(generateRepodata(given))).toBe(canonicalJson(documents));
      const needs = new Map<string, Set<string>>();
      for (const [, { name, depends }] of records) {
        needs.set(nameOf(name), new Set([...(needs.get(nameOf(name)) ?? []), ...(depends as string[]).map(nameOf)]));
      }
      expect(leftInCycles(needs)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

/** Takes away names whose needs are all gone, until none is left or only cycles are. */
function leftInCycles(needs: Map<string, Set<string>>): string[] {
  for (let before = -1; before !== needs.size; ) {
    before = needs.size;
    for (const [name, wanted] of needs) if (![...wanted].some((need) => needs.has(need))) needs.delete(name);
  }
  return [...needs.keys()];
}

const newer = (a: string, b: string) => (a.localeCompare(b, 'en', { numeric: true }) > 0 ? a : b);

test('every range of a newest record holds the newest of its dependency', () => {
  const records = generateRepodata({ records: 3000, seed: 3, platforms: ['linux-64'] }).flatMap(recordsOf);
  const newest = new Map<string, string>();
  for (const [, { name, version }] of records) {
    newest.set(String(name), newer(String(version), newest.get(String(name)) ?? '0'));
  }
  const current = records.filter(([, { name, version }]) => version === newest.get(String(name)));
  const ranges = current.flatMap(([, { depends }]) => depends as string[]).filter((spec) => nameOf(spec) !== 'python');
  expect(ranges.length).toBeGreaterThan(200);
  for (const spec of ranges) {
    const [, need = '', from = '', end = Infinity] = /^(\S+) >=([\d.]+)(?:,<(\d+)\.0a0)?$/.exec(spec) ?? [];
    const version = newest.get(need) ?? 'none';
    expect(newer(version, from), spec).toBe(version);
    expect(Number.parseInt(version, 10), spec).toBeLessThan(Number(end));
  }
});

test('another seed gives another upstream, names and sizes are as asked', () => {
  const shape = { records: 2000, names: 50, seed: 1, platforms: ['linux-64'] };
  const documents = generateRepodata(shape);
  expect(canonicalJson(generateRepodata({ ...shape, seed: 2 }))).not.toBe(canonicalJson(documents));
  expect(new Set(documents.flatMap(recordsOf).map(([, { name }]) => name)).size).toBe(50);
  const big = generateRepodata({ records: 10_000, seed: 1, platforms: ['linux-64'] });
  const bytes = canonicalJson(big).length / 10_000;
  expect(bytes).toBeGreaterThan(450);
  expect(bytes).toBeLessThan(600);
});

test('too few records for every python are refused', () => {
  expect(() => generateRepodata({ records: 23, seed: 1, platforms: ['linux-64', 'win-64'] })).toThrow(RangeError);
});

test('rattler reads it and the newest of ten names fit each other', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gatehouse-'));
  const shape = { records: 3000, seed: 5, platforms: ['linux-64', 'win-64'] };
  await generateUpstream(folder.path, shape, ['shards']);
  const names = [
    ...new Set(
      generateRepodata(shape)
        .flatMap(recordsOf)
        .map(([, { name }]) => String(name)),
    ),
  ];
  const wanted = names.filter((_, i) => i % Math.ceil(names.length / 10) === 0);
  const server = await serveFolder(folder.path);
  const { solution, explanation } = await solve(server.url, 'linux-64', wanted);
  await server.close();
  expect(explanation).toBeUndefined();
  expect(solution?.length).toBeGreaterThan(wanted.length);
});
