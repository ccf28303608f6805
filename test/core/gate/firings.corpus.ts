import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Firing, GateFacts } from '../../../core/documents/gate/verdict.ts';
import { askContentsChecks } from '../../../core/gate/ask-checks.ts';
import { readContents } from '../../../core/gate/contents/read-contents.ts';
import { refusalFiring } from '../../../core/gate/contents/refusal.ts';
import { contentsChecks } from '../../../core/gate/door/checks.ts';
import { factsOf } from '../../../core/gate/facts/facts-of.ts';
import { parseJson } from '../../../core/json/json.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { normalProjectName } from '../../../core/names/normal-project-name.ts';
import { packageFileParts, parsePackageFileName } from '../../../core/names/package-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { smallSubject, smallWorld } from '../../support/gate/small-subject.ts';
import { corpus, corpusPackages } from '../../support/packages/corpus.ts';

/** What checks say of real packages and wheels, each with the reason why that is right. */
const tableSchema = z.array(
  z.strictObject({
    code: z.string(),
    reason: z.string().min(10),
    /** Whether the files are unsound: only of such does a check of archives say anything. */
    unsound: z.literal(true).optional(),
    files: z.array(z.string()).min(1),
  }),
);
const table = parseJson(readFileSync(join(import.meta.dirname, 'firings.json'), 'utf8'), tableSchema, 'firings.json');

interface CorpusFile {
  readonly kind: 'package' | 'wheel';
  /** Below the corpus. */
  readonly path: string;
  readonly id: string;
  readonly name: string;
  readonly fileName: string;
}

const packages = corpusPackages.map(({ channel, subdir, fileName }): CorpusFile => {
  const parsed = parsePackageFileName(fileName);
  const name = parsed === null ? fileName : packageFileParts(parsed).name;
  return {
    kind: 'package',
    path: `channels/${channel}/${subdir}/${fileName}`,
    id: `${subdir}/${fileName}`,
    name,
    fileName,
  };
});

const wheels = ['wheels', 'pypi-2026/wheels'].flatMap((folder) =>
  readdirSync(join(corpus, folder))
    .filter((fileName) => fileName.endsWith('.whl'))
    .sort()
    .map((fileName): CorpusFile => {
      const name = normalProjectName(fileName.split('-', 1)[0] ?? '');
      return { kind: 'wheel', path: `${folder}/${fileName}`, id: `simple/${name}/${fileName}`, name, fileName };
    }),
);

/** Those of the build before are of the same name in the same folder. */
const factsByName = new Map<string, GateFacts>();

async function firingsOfFile({ kind, path, id, name, fileName }: CorpusFile): Promise<readonly Firing[]> {
  const bytes = readFileSync(join(corpus, path));
  const reading = await readContents({ kind, fileName, bytes: bytesSource(bytes) });
  if (reading.status === 'refused') return [refusalFiring(reading, kind).firing];
  if (reading.status === 'failed') throw new Error(`${path}: ${reading.detail}`);
  const [, version = ''] = fileName.slice(name.length).split('-');
  const known = { kind, id, name, version, sha256: sha256Of(bytes), size: bytes.length };
  const facts = factsOf(reading.contents, smallSubject(known));
  const folder = `${path.slice(0, path.lastIndexOf('/') + 1)}${name}`;
  const world = smallWorld({ previous: factsByName.get(folder) ?? null });
  factsByName.set(folder, facts);
  const results = await askContentsChecks(contentsChecks, smallSubject({ ...known, reading, facts }), world);
  return results.flatMap(({ firings }) => firings);
}

describe('what the checks say of the corpus', () => {
  const found = new Map<string, Set<string>>();

  beforeAll(async () => {
    for (const file of [...packages, ...wheels]) {
      const codes = (await firingsOfFile(file)).map(({ verdict, code }) => `${verdict} ${code}`);
      if (codes.length > 0) found.set(file.path, new Set(codes));
    }
  });

  it('is of as many files as there were', () => {
    expect(packages.length).toBeGreaterThan(270);
    expect(wheels.length).toBeGreaterThan(150);
  });

  it('is what the table says, each with its reason', () => {
    const expected = new Map<string, Set<string>>();
    for (const { code, files } of table) {
      for (const path of files) expected.set(path, (expected.get(path) ?? new Set()).add(code));
    }
    const rows = (map: ReadonlyMap<string, ReadonlySet<string>>) =>
      [...map].flatMap(([path, codes]) => [...codes].map((code) => `${code} | ${path}`)).sort();
    expect(rows(found)).toEqual(rows(expected));
  });

  it('is nothing of an archive, where that is sound', () => {
    const unsound = new Set(table.flatMap(({ unsound: is, files }) => (is ? files : [])));
    const refused = [...found].filter(([, codes]) => [...codes].some((code) => /^(?:hold|reject|error) A/.test(code)));
    expect(refused.map(([path]) => path).filter((path) => !unsound.has(path))).toEqual([]);
  });

  it('names each row once', () => {
    const codes = table.map(({ code, reason }) => `${code} ${reason}`);
    expect(codes).toEqual([...new Set(codes)]);
  });
});
