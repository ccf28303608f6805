import { describe, expect, it } from 'vitest';
import { checkRelease, parseCoreMetadata, parseHeaders } from '../../../core/wheel/core-metadata.ts';
import { refusalCode } from '../../support/packages/refusal.ts';
import { wheelName } from '../../support/python/build-wheel.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);
const found: string[] = [];
const report = (code: string) => void found.push(code);
const parse = (text: string) => parseCoreMetadata(bytes(text), 'METADATA', report);
const codeOf = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return refusalCode(error);
  }
};

describe('parseHeaders', () => {
  it('unfolds, keeps repeated and unknown fields, and knows the body', () => {
    const text = 'Name: a\r\nX-Odd:1\nname:  b \nLicense: one\n  two\n\ttwo and a half\n\nBody: no field\n\nmore';
    const { all, fields, body } = parseHeaders(bytes(text), 'METADATA', report);
    expect(all('NAME')).toEqual(['a', 'b']);
    expect(all('x-odd')).toEqual(['1']);
    expect(all('License')).toEqual(['one\ntwo\ntwo and a half']);
    expect(fields.map(({ lines }) => lines.length)).toEqual([1, 1, 1, 3]);
    expect(body).toBe('Body: no field\n\nmore');
    expect(all('Body')).toEqual([]);
  });

  it('takes what follows a line that is no field for the body, as all readers do, and says so', () => {
    found.length = 0;
    const { all, body } = parseHeaders(bytes('Name: a\nnot a field\nRequires-Dist: hidden\n'), 'METADATA', report);
    expect([all('Requires-Dist'), body]).toEqual([[], 'not a field\nRequires-Dist: hidden\n']);
    expect(found).toEqual(['metadata.line']);
  });

  it('reads what is not UTF-8, and says so', () => {
    found.length = 0;
    const { all } = parseHeaders(bytes('Author: J\xf6rg\n', 'latin1'), 'METADATA', report);
    expect(all('author')).toEqual(['Jörg']);
    expect(found).toEqual(['metadata.utf8']);
  });
});

it('takes a body of any length, and no field of a hundred thousand lines', () => {
  const text = (lines: string) => `Name: a\nVersion: 1\nDescription: x\n${lines}`;
  expect(parse(text(`\n${'y\n'.repeat(200_000)}`)).headers.body).toHaveLength(400_000);
  expect(parse(text(' y\n'.repeat(99_997))).headers.fields).toHaveLength(3);
  expect(codeOf(() => parse(text(' y\n'.repeat(99_998))))).toBe('A13.json');
});

describe('parseCoreMetadata', () => {
  it('takes ten thousand requirements and no more', () => {
    const text = (count: number) => `Name: a\nVersion: 1\n${'Requires-Dist: b\n'.repeat(count)}`;
    expect(parse(text(10_000)).requiresDist).toHaveLength(10_000);
    expect(codeOf(() => parse(text(10_001)))).toBe('A13.json');
  });

  it('reads what a plan needs', () => {
    const text =
      'Name: Ruamel_YAML\nVersion: v1.0-1\nRequires-Dist: a\n  >=1\nRequires-Dist: b\nRequires-Python: >=3\n';
    const { project, version, requiresDist, requiresPython, providesExtra } = parse(text);
    expect([project, version.text, requiresDist, requiresPython, providesExtra]).toEqual([
      'ruamel-yaml',
      '1.0.post1',
      ['a >=1', 'b'],
      '>=3',
      [],
    ]);
  });

  it.each([
    ['Version: 1'],
    ['Name: a'],
    ['Name: a\nName: a\nVersion: 1'],
    ['Name: a\nVersion: 1\nversion: 2'],
    ['Name: -\nVersion: 1'],
    ['Name: a\nVersion: one'],
    ['\ufeffName: a\nVersion: 1'],
  ])('refuses %j', (text) => {
    expect(codeOf(() => parse(text))).toBe('metadata.field');
  });

  it('compares releases by normalised name and by the order of versions', () => {
    const release = parse('Name: Foo.Bar\nVersion: 1.0.0');
    const check = (fileName: string) => codeOf(() => checkRelease(release, wheelName(fileName), 'METADATA'));
    expect(check('foo_bar-1-py3-none-any.whl')).toBeNull();
    expect(check('foo_baz-1-py3-none-any.whl')).toBe('metadata.identity');
    expect(check('foo_bar-1.0.1-py3-none-any.whl')).toBe('metadata.identity');
  });
});
