import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../../core/json/json.ts';
import { placeKeys } from '../../../core/record/key-rules.ts';
import { normaliseRecord } from '../../../core/record/normalise-record.ts';
import { corpus } from '../../support/packages/corpus.ts';

const section = z.record(z.string(), z.record(z.string(), z.unknown())).catch({});
const schema = z.object({ packages: section, 'packages.conda': section }).partial().catch({});

const records = ['channels', 'repodata']
  .flatMap((folder) =>
    readdirSync(join(corpus, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(corpus, folder, path)),
  )
  .filter((path) => /(?:repodata|linux-64)[^/]*\.json(?:\.zst)?$/.test(path))
  .flatMap((path) => {
    const bytes = readFileSync(path);
    const text = (path.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString();
    const { packages = {}, 'packages.conda': conda = {} } = schema.parse(JSON.parse(text || 'null'));
    return [...Object.values(packages), ...Object.values(conda)];
  });

/** A record without what says where it is, `depends` a list. */
const plain = ({ depends, ...record }: Record<string, unknown>) =>
  Object.fromEntries(Object.entries({ ...record, depends: depends ?? [] }).filter(([key]) => !placeKeys.has(key)));

it('what real channels hold comes out byte for byte as it was, but for what some client trips over', () => {
  expect(records.length).toBeGreaterThan(5000);
  const changed = new Map<string, number>();
  for (const value of records) {
    const normal = normaliseRecord(value);
    if (!normal.ok) throw new Error(normal.detail);
    const was = plain(value);
    for (const key of new Set([...Object.keys(was), ...Object.keys(normal.record)])) {
      if (canonicalJson({ is: was[key] }) === canonicalJson({ is: normal.record[key] })) continue;
      const what = `${key} ${canonicalJson(was[key])}`;
      changed.set(what, (changed.get(what) ?? 0) + 1);
    }
  }
  // libsolv matches nothing by a star behind `==` or `>=` that is no part of its own.
  // An empty text of features puts a package behind all others in pixi alone.
  expect(Object.fromEntries([...changed].sort())).toEqual({
    'constrains ["dependency>=2.0"]': 1,
    'constrains null': 20,
    'depends "python 3.6*"': 2,
    'depends ["_r-mutex 1.* anacondar_1","bzip2","curl","gsl","icu 54.*","jpeg 8d*","libgcc","libpng","libtiff","libxml2","ncurses >=5.9*","pango","pango 1.40.*","pcre 8.39*","readline","tk","xz 5.2.*","zlib"]': 1,
    'depends ["foo ==3*","python ==2.7.8"]': 6,
    'track_features ""': 34,
  });
});
