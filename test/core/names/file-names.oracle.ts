import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseProjectName } from '../../../core/names/project-name.ts';
import { parseSdistFileName } from '../../../core/names/sdist-file-name.ts';
import { parseWheelFileName } from '../../../core/names/wheel-file-name.ts';
import { disagreements } from '../../support/python/disagreements.ts';
import { packagingSays } from '../../support/python/packaging-says.ts';
import { spelledVersionText, versionTextWithLocal } from '../../support/python/pep440-arbitraries.ts';

const times = 20_000;
const name = fc.string({ unit: fc.constantFrom(...'abZ09-_.'), minLength: 1, maxLength: 8 });
const version = fc.oneof({ weight: 4, arbitrary: versionTextWithLocal }, spelledVersionText);
const tags = fc.constantFrom(
  'py3-none-any',
  'py2.py3-none-any',
  'cp312-abi3-win_amd64',
  'py3--any',
  'py3..py2-none-any',
  'py3-none',
);
const build = fc.constantFrom('', '', '', '1-', '3b-', 'b3-', '1_2-', '-');

it('normalises and refuses project names as packaging does', () => {
  const names = fc.sample(name, times);
  const theirs = packagingSays('utils.canonicalize_name(it, validate=True)', names);
  expect(disagreements(names, names.map(parseProjectName), theirs)).toEqual([]);
});

it('takes wheel file names apart as packaging does', () => {
  // Stricter than packaging on purpose: no spaces, and no build tags like `1+2`.
  const clean = version.filter((text) => !/[-\s]/.test(text));
  const plain = name.map((text) => text.replaceAll('-', '_')).filter((text) => /^[a-z0-9].*[a-z0-9]$/i.test(text));
  const names = fc.sample(
    fc.tuple(plain, clean, build, tags).map(([project, at, number, end]) => `${project}-${at}-${number}${end}.whl`),
    times,
  );
  const theirs = packagingSays(
    '(lambda n, v, b, t: [n, str(v), list(b), sorted(map(str, t))])(*utils.parse_wheel_filename(it))',
    names,
  );
  const mine = names.map((fileName) => {
    const read = parseWheelFileName(fileName);
    if (!read.ok) return null;
    const { project, version: at, build: number, pythons, abis, platforms } = read.wheel;
    const all = pythons.flatMap((python) => abis.flatMap((abi) => platforms.map((one) => `${python}-${abi}-${one}`)));
    return [project, at.text, number === null ? [] : [Number(number.number), number.rest], all.sort()];
  });
  expect(disagreements(names, mine, theirs)).toEqual([]);
  expect(mine.filter((one) => one !== null).length).toBeGreaterThan(times / 5);
});

it('finds in the name of an sdist the version that packaging finds', () => {
  const names = fc.sample(
    fc
      .tuple(name, version, fc.constantFrom('.tar.gz', '.zip'))
      .map(([project, at, format]) => `${project}-${at}${format}`),
    times,
  );
  const theirs = packagingSays('[utils.parse_sdist_filename(it)[0], str(utils.parse_sdist_filename(it)[1])]', names);
  for (const [i, fileName] of names.entries()) {
    const [project, found] = Array.isArray(theirs[i]) ? theirs[i] : [];
    const parsed = parseProjectName(String(project ?? ''));
    // packaging normalises names that no project may have, such as `-x`, and takes spaces.
    if (parsed !== null && !/\s/.test(fileName))
      expect([fileName, parseSdistFileName(fileName, parsed)?.version.text]).toEqual([fileName, found]);
  }
});
