import { describe, expect, it } from 'vitest';
import { parseRequirement, type Requirement } from '../../../../core/names/requirement/parse-requirement.ts';

function requirementOf(text: string): Requirement {
  const read = parseRequirement(text);
  if (!read.ok) throw new Error(`${text} ${read.message}`);
  return read.requirement;
}

const refusal = (text: string): string | null => {
  const read = parseRequirement(text);
  return read.ok ? null : read.message;
};

describe('parseRequirement', () => {
  it('lifts the parts of a requirement out', () => {
    const read = requirementOf('Ruamel.YAML[Jinja2, lib_C] >=0.15,<0.18 ; python_version < "3.9" and extra == "all"');
    expect(read).toMatchObject({
      project: 'ruamel-yaml',
      extras: ['jinja2', 'lib-c'],
      specifier: { text: '>=0.15,<0.18' },
      marker: { text: 'python_version < "3.9" and extra == "all"' },
    });
  });

  it.each([
    ['six', ''],
    ['six (>=1.4)', '>=1.4'],
    ['six(>=1.4,)', '>=1.4,'],
    ['six ()', ''],
    ['botocore (<2.0a.0,>=1.37.4)', '<2.0a.0,>=1.37.4'],
    ['Sphinx (== 1.*)', '== 1.*'],
    ['a[x]>=1', '>=1'],
    ['a[x](>=1)', '>=1'],
    ['a;os_name=="nt"', ''],
  ])('reads %j', (text, specifier) => {
    expect(requirementOf(text).specifier.text).toBe(specifier);
  });

  it.each([
    ['', 'does not start with the name of a project'],
    ['-x', 'does not start with the name of a project'],
    ['x-', 'does not start with the name of a project'],
    ['invalid-version ==2010i', 'has "==2010i" for its versions'],
    ['a b', 'has "b" for its versions'],
    ['a 1.0', 'has "1.0" for its versions'],
    ['a (>=1', 'has "(>=1" for its versions'],
    ['a >=1)', 'has ">=1)" for its versions'],
    ['a >=1,,<2', 'has ">=1,,<2" for its versions'],
    ['a ,', 'has "," for its versions'],
    ['a[x', 'has "[x" for its versions'],
    ['a[x,]', 'has "[x,]" for its extras'],
    ['a[x y]', 'has "[x y]" for its extras'],
    ['a @ https://user:secret@example.org/a-1-py3-none-any.whl', 'asks for "a" by a URL, not from the index'],
    ['a[x]@git+https://example.org/a', 'asks for "a" by a URL, not from the index'],
    ['a;', 'the marker ends too soon'],
    ['a; os_name', 'the marker ends too soon'],
    ['a; os_name == "nt" and', 'the marker ends too soon'],
    ['a; (os_name == "nt"', 'the marker ends too soon'],
    ['a; os_name == "nt")', '")" is not expected in the marker'],
    ['a; os_name "nt"', '"nt" is not expected in the marker'],
    ['a; os_name == sys_platform', '"sys_platform" is not expected in the marker'],
    ['a; "nt" == "nt"', '"nt" is not expected in the marker'],
    ['a; os_name = "nt"', '"os_name = "nt"" is not a marker'],
    ['a; os_name == "n\\t"', '"os_name == "n\\t"" is not a marker'],
    ['a; os_name == "nt', '"os_name == "nt" is not a marker'],
    ['a; platform == "linux"', '"platform" is not a variable of markers (PEP 508)'],
    ['a; "x" in extras', '"extras" is not a variable of markers (PEP 508)'],
    [`a; ${'('.repeat(51)}os_name == "nt"${')'.repeat(51)}`, 'more than 50 parentheses are nested'],
    [`a; os_name == "${'x'.repeat(20_000)}"`, 'is longer than 16384 characters'],
  ])('%s %s', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('is quick with hostile texts', () => {
    const pieces = [
      '(',
      'a',
      '[',
      ',',
      '; ',
      '>=1,',
      '"',
      ' ',
      'x and ',
      'not ',
      'os_name == "nt" or ',
      '\t',
      '@ ',
      '==',
    ];
    const start = performance.now();
    for (const before of ['a', 'a[', 'a (', 'a; ', 'a; "x" == '])
      for (const piece of pieces) refusal(before + piece.repeat(10_000 / piece.length));
    expect(performance.now() - start).toBeLessThan(500);
  });
});
