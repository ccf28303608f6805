import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseSpecifier } from '../../../../core/names/pep440/specifier.ts';
import { specifierToMatchSpec } from '../../../../core/names/pep440/specifier-to-match-spec.ts';
import { evaluateMarker } from '../../../../core/names/requirement/evaluate-marker.ts';
import { parseRequirement, type Requirement } from '../../../../core/names/requirement/parse-requirement.ts';
import { parseWheelFileName } from '../../../../core/names/wheel-file-name.ts';
import { runPython } from '../../../support/machine/run-python.ts';
import { corpus } from '../../../support/packages/corpus.ts';
import { disagreements } from '../../../support/python/disagreements.ts';
import { matchesInConda } from '../../../support/python/matches-in-conda.ts';
import { packagingSays } from '../../../support/python/packaging-says.ts';
import { environmentOf } from '../../../support/python/requirement-of.ts';

const wheels = globSync(['wheels/*.whl', 'pypi-2026/wheels/*.whl'], { cwd: corpus }).map((path) => join(corpus, path));

/** The values of two header fields of every METADATA in a wheel, as Python's parser of mails reads them. */
const metadataScript = `
import email.parser, json, sys, zipfile
for line in sys.stdin:
    try:
        members = zipfile.ZipFile(json.loads(line))
    except zipfile.BadZipFile:
        continue
    for name in members.namelist():
        if name.endswith('.dist-info/METADATA'):
            read = email.parser.BytesHeaderParser().parsebytes(members.read(name))
            asked = [str(value) for value in read.get_all('Requires-Dist', [])]
            print(json.dumps({'requiresDist': asked, 'requiresPython': str(read.get('Requires-Python', ''))}))
`;
const metadataSchema = z.object({ requiresDist: z.array(z.string()), requiresPython: z.string().nullable() });
const built = z
  .record(z.string(), metadataSchema)
  .parse(JSON.parse(readFileSync(join(corpus, 'pypi-2026/BUILT.json'), 'utf8')));
const metadata = [
  ...runPython(metadataScript, wheels).map((line) => metadataSchema.parse(JSON.parse(line))),
  ...Object.values(built),
];
const texts = [...new Set(metadata.flatMap(({ requiresDist }) => requiresDist))];
const sound = texts.flatMap((text): Requirement[] => {
  const read = parseRequirement(text);
  return read.ok ? [read.requirement] : [];
});

it('takes and refuses the wheels that packaging does, by their names', () => {
  const names = wheels.map((path) => basename(path));
  const theirs = packagingSays('[*utils.parse_wheel_filename(it)[:1], str(utils.parse_wheel_filename(it)[1])]', names);
  const mine = names.map((name) => {
    const read = parseWheelFileName(name);
    return read.ok ? [read.wheel.project, read.wheel.version.text] : null;
  });
  expect(disagreements(names, mine, theirs)).toEqual([]);
  expect(names.length).toBeGreaterThan(150);
});

it('reads and refuses every Requires-Dist as packaging does', () => {
  const theirs = packagingSays('utils.canonicalize_name(requirements.Requirement(it).name)', texts);
  const mine = texts.map((text) => {
    const read = parseRequirement(text);
    return read.ok ? read.requirement.project : null;
  });
  expect(disagreements(texts, mine, theirs)).toEqual([]);
  expect(texts.length).toBeGreaterThan(300);
});

it('decides every marker of a platform and a Python as packaging does', () => {
  const places = ['linux-64', 'linux-aarch64', 'osx-64', 'osx-arm64', 'win-64'].flatMap((subdir) =>
    ['3.8.10', '3.10.2', '3.11.4', '3.12.7', '3.14.0'].map((python) => environmentOf(subdir, python)),
  );
  const marked = sound.flatMap(({ marker }) => (marker === null ? [] : [marker]));
  const cases = marked.flatMap((marker) => places.map((environment) => ({ marker, environment })));
  const theirs = packagingSays(
    "markers.Marker(it['marker']['text']).evaluate({k: v for k, v in it['environment'].items() if v is not None})",
    cases,
  );
  const mine = cases.map(({ marker, environment }) => evaluateMarker(marker, environment, []));
  expect(disagreements(cases, mine, theirs)).toEqual([]);
  expect(marked.length).toBeGreaterThan(50);
});

it('says every specifier in a MatchSpec, which takes the releases near its limits that packaging takes', () => {
  const python = metadata.map(({ requiresPython }) => parseSpecifier(requiresPython ?? ''));
  const specifiers = [...sound.map(({ specifier }) => specifier), ...python.filter((one) => one !== null)];
  const near = ['', '.0', '.1', '.9', 'rc1', '.post1'];
  const cases = specifiers.flatMap((specifier) =>
    specifier.clauses.flatMap((clause) => {
      const release = clause.op === '===' ? '0' : clause.version.release.join('.');
      return near.map((more): [string, string] => [specifier.text, release + more]);
    }),
  );
  const theirs = packagingSays('SpecifierSet(it[0]).contains(it[1], prereleases=True)', cases);
  const mine = cases.map(([text, version]) => {
    const specifier = parseSpecifier(text);
    const translated = specifier && specifierToMatchSpec(specifier);
    return translated?.ok ? matchesInConda(translated.text, version) : null;
  });
  expect(disagreements(cases, mine, theirs)).toEqual([]);
  expect(cases.length).toBeGreaterThan(1000);
});
