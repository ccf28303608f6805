import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { unpackSdist } from '../../../core/sdist/unpack-sdist.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { corpus } from '../../support/packages/corpus.ts';
import { joined, refusalCode } from '../../support/packages/refusal.ts';
import { readNamed } from '../../support/python/build-sdist.ts';
import { wheelName } from '../../support/python/build-wheel.ts';
import { refusedSdists } from '../../support/python/refused-sdists.ts';

const builtSchema = z.record(
  z.string(),
  z.object({
    wheel: z.string(),
    requiresDist: z.array(z.string()),
    requiresPython: z.string().nullable(),
    entryPoints: z.string(),
    files: z.record(z.string(), z.string()),
  }),
);
const folder = join(corpus, 'pypi-2026/sdists');
/** What `pip wheel` made of each, which ran them. */
const built = parseJson(readFileSync(join(corpus, 'pypi-2026/BUILT.json'), 'utf8'), builtSchema, 'BUILT.json');

/** What is told, and is left out. */
const leftOut = new Map([
  ['networkx-1.10.zip', ['data_files=data of setup.py']],
  ['intervaltree-3.1.0.tar.gz', ["cmdclass={'test':PyTest} of setup.py"]],
]);

const names = readdirSync(folder);
const projectOf = (fileName: string) => wheelName(built[fileName]?.wheel ?? '').project;
const reading = (fileName: string) => readNamed(readFileSync(join(folder, fileName)), fileName, projectOf(fileName));

async function unpack(fileName: string) {
  const sdist = await reading(fileName);
  const made = await unpackSdist(sdist, Date.UTC(2015, 7, 5));
  const bytes = await joined(made.open());
  return { sdist, wheel: await readWheel(bytesSource(bytes), wheelName(made.fileName)) };
}

/** `.data/` folders are named for the project, in one of its spellings. */
const placeOf = (path: string) => path.replace(/^[^/]+\.data\//, '.data/');
const isInfo = (path: string) => /^[^/]+\.dist-info\//.test(path);

/** A requirement with the clauses of its specifier in order. */
function sorted(requirement: string): string {
  const [wanted = '', marker = ''] = requirement.replaceAll(/\s/g, '').split(';');
  const [, name = '', clauses = ''] = /^([A-Za-z0-9._\-[\],]*)(.*)$/.exec(wanted) ?? [];
  return `${name}${clauses.split(',').sort().join(',')};${marker}`;
}

describe('the sdists of courses and textbooks', () => {
  it('are read, all but those with a reason', async () => {
    const found: Record<string, string> = {};
    for (const fileName of names) {
      const code = await reading(fileName).then(() => null, refusalCode);
      if (code !== null) found[fileName] = code;
    }
    expect(found).toEqual(refusedSdists);
    expect(names).toHaveLength(23);
  });

  it.each(names.filter((name) => !(name in refusedSdists)))('%s agrees with what its build makes', async (fileName) => {
    const { sdist, wheel } = await unpack(fileName);
    const theirs = built[fileName];
    const mine = new Map(
      wheel.files.filter(({ path }) => !isInfo(path)).map((file) => [placeOf(file.path), file.sha256]),
    );
    const expected = new Map(Object.entries(theirs?.files ?? {}).map(([path, sha256]) => [placeOf(path), sha256]));
    const missing = [...expected.keys()].filter((path) => !mine.has(path));
    const extra = [...mine.keys()].filter((path) => !expected.has(path));
    const other = [...mine].filter(([path, sha256]) => expected.has(path) && expected.get(path) !== sha256);
    expect(other).toEqual([]);
    if (fileName === 'networkx-1.10.zip') {
      expect(missing.filter((path) => !path.startsWith('.data/data/share/doc/'))).toEqual([]);
      expect([missing.length, extra]).toEqual([58, ['networkx/utils/tests/test.txt']]);
    } else expect([missing, extra]).toEqual([[], []]);
    expect(wheel.metadata.requiresDist.map(sorted).sort()).toEqual(theirs?.requiresDist.map(sorted).sort());
    expect(wheel.metadata.requiresPython).toBe(theirs?.requiresPython);
    expect(sdist.texts.get('entry_points.txt')?.trim()).toBe(theirs?.entryPoints.trim());
    expect(sdist.findings.map(({ detail }) => detail)).toEqual(leftOut.get(fileName) ?? []);
    expect(wheel.findings).toEqual([]);
  });
});
