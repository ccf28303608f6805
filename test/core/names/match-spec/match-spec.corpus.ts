import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Version as RattlerVersion, VersionSpec as RattlerVersionSpec } from '@conda-org/rattler';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { matchSpecMatches } from '../../../../core/names/match-spec/match-record.ts';
import { parseMatchSpec } from '../../../../core/names/match-spec/parse-match-spec.ts';
import { namesChannel, solverSpec } from '../../../../core/names/match-spec/solver-spec.ts';
import { compareVersions, parseVersion } from '../../../../core/names/version/version.ts';
import { parseVersionSpec } from '../../../../core/names/version/version-spec.ts';
import { versionMatches } from '../../../../core/names/version/version-term.ts';
import { bunzip2 } from '../../../support/archives/bunzip2.ts';
import { corpus } from '../../../support/packages/corpus.ts';
import { startRattler } from '../../../support/solver/rattler.ts';

const texts = z.array(z.string()).catch([]);
const recordSchema = z.object({
  name: z.string(),
  version: z.string(),
  build: z.string(),
  build_number: z.int().catch(0),
  depends: texts,
  constrains: texts,
});
const packages = z.record(z.string(), recordSchema.nullable().catch(null)).catch({});
const repodataSchema = z.object({ packages, 'packages.conda': packages }).partial().catch({});

/** Every record of every index file of the corpus. */
const records = ['channels', 'repodata']
  .flatMap((folder) =>
    readdirSync(join(corpus, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(corpus, folder, path)),
  )
  .filter((path) => /\.json(\.zst|\.bz2)?$/.test(path))
  .flatMap((path) => {
    const { packages: old = {}, 'packages.conda': recent = {} } = repodataSchema.parse(
      JSON.parse(read(path) || 'null'),
    );
    return [...Object.values(old), ...Object.values(recent)].filter((record) => record !== null);
  });

function read(path: string): string {
  const bytes = readFileSync(path);
  if (path.endsWith('.zst')) return zstdDecompressSync(bytes).toString();
  return (path.endsWith('.bz2') ? bunzip2(bytes) : bytes).toString();
}

const versions = [...new Set(records.map(({ version }) => version))];
const byName = Map.groupBy(records, ({ name }) => name);
const specs = [...new Set(records.flatMap(({ depends, constrains }) => [...depends, ...constrains]))];

describe('the corpus', () => {
  test('has enough to mean something', () => {
    expect(records.length).toBeGreaterThan(5000);
    expect(versions.length).toBeGreaterThan(500);
    expect(specs.length).toBeGreaterThan(1000);
  });

  test('every version sorts as in rattler', () => {
    const parsed = versions.flatMap((text) => {
      const ours = parseVersion(text);
      if (ours === null) expect(() => new RattlerVersion(text), text).toThrow();
      return ours === null ? [] : [{ text, ours, theirs: new RattlerVersion(text) }];
    });
    expect(versions.length - parsed.length).toBe(0);
    const sorted = parsed.toSorted((a, b) => compareVersions(a.ours, b.ours));
    for (const [i, { text, theirs }] of sorted.entries()) {
      for (const step of [1, 2, 7, 40, 300]) {
        const next = sorted[i + step];
        if (next) expect([text, next.text, theirs.compare(next.theirs) <= 0]).toEqual([text, next.text, true]);
      }
    }
  });

  test('every dependency is a MatchSpec or is known to be none', () => {
    const refused = specs.filter((text) => !parseMatchSpec(text).ok || namesChannel(text)).sort();
    // conda-verify's record with a dependency that is meant to be wrong.
    expect(refused).toEqual(['python 3.6@**&*&(&@!']);
  });

  test('every version expression holds for the same versions as in rattler', () => {
    let pairs = 0;
    for (const text of specs) {
      const [, name = '', word = '*'] = /^([^\s=<>!~]+)\s*(\S+)?/.exec(text) ?? [];
      if (!parseMatchSpec(text).ok) continue;
      // `name=1.0=build`: what follows the second = is the build.
      const expression = word.replace(/(?<=[\w*])=[^,|]*$/, '');
      const ours = parseVersionSpec(expression);
      const theirs = new RattlerVersionSpec(expression, 'lenient');
      for (const version of new Set(byName.get(name.toLowerCase())?.map((record) => record.version))) {
        const parsed = parseVersion(version);
        const matches = ours !== null && parsed !== null && versionMatches(ours, parsed);
        expect([text, version, matches]).toEqual([text, version, theirs.matches(new RattlerVersion(version))]);
        pairs++;
      }
    }
    expect(pairs).toBeGreaterThan(10_000);
  });
});

describe("rattler's solver", () => {
  const rattler = startRattler();
  afterAll(() => rattler.close());

  /** Two records for each dependency text: enough to meet both answers often. */
  const cases = specs.flatMap((text) => {
    const parsed = parseMatchSpec(text);
    const known = parsed.ok ? (byName.get(parsed.spec.name) ?? []) : [];
    const two = [known[0], known[Math.floor(known.length / 2)]].filter((record) => record !== undefined);
    return parsed.ok ? two.map((record) => ({ text, spec: parsed.spec, record })) : [];
  });

  test('takes for each dependency what we say matches it, in its own spelling and in ours', async () => {
    const seen = { solved: 0, unsolvable: 0 };
    for (const { text, spec, record } of cases) {
      const expected = matchSpecMatches(spec, record) ? 'solved' : 'unsolvable';
      const records = [{ ...record, depends: [], constrains: [] }];
      for (const spelling of new Set([text, solverSpec(spec)])) {
        const outcome = await rattler.solve({ spec: spelling, records });
        expect([spelling, record.version, outcome]).toEqual([spelling, record.version, expected]);
      }
      seen[expected]++;
    }
    expect(Math.min(seen.solved, seen.unsolvable)).toBeGreaterThan(100);
  });
});
