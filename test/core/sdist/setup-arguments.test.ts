import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonTokens } from '../../../core/sdist/python-tokens.ts';
import { readSetupArguments } from '../../../core/sdist/setup-arguments.ts';
import { refusalCode } from '../../support/packages/refusal.ts';

const scriptsOf = (source: string) => readSetupArguments(source).scripts;
const codeOf = (source: string) => {
  try {
    readSetupArguments(source);
    return null;
  } catch (error) {
    return refusalCode(error);
  }
};

describe('readSetupArguments', () => {
  it.each([
    ["setup(scripts=['a', \"b\", '''c'''])", ['a', 'b', 'c']],
    ["setuptools.setup(scripts = (\n 'a', # one\n 'b'\n))", ['a', 'b']],
    ["setup(scripts=['a' 'b'])", ['ab']],
    ['setup(scripts=[])', []],
    ['setup()', []],
    ["# scripts=['x']\nsetup(name='scripts=[\"x\"]')", []],
    ["setup(x=f(scripts=['a']))", []],
    ["def setup(scripts=['a']): pass\nsetup()", []],
    ["setup(description='''**''', scripts=['it\\\n'])", []],
    ["setup(d=r'\\', **', scripts=['a'])", ['a']],
  ])('finds the scripts of %j', (source, expected) => {
    expect(scriptsOf(source)).toEqual(expected);
  });

  it.each([
    ['setup(scripts=[x])', ['scripts=[x]']],
    ["setup(scripts=['a' + 'b'])", ["scripts=['a'+'b']"]],
    ["setup(scripts=[f'a'])", ["scripts=[f'a']"]],
    ["setup(scripts=[b'a'])", ["scripts=[b'a']"]],
    ["setup(scripts=['a\\x41'])", ["scripts=['a\\x41']"]],
    ["setup(scripts='a')", ["scripts='a'"]],
    ["setup(scripts=('a'))", ["scripts=('a')"]],
    ["if x: setup(scripts=['a'])\nelse: setup(scripts=['b'])", ["scripts=['a']", "scripts=['b']"]],
    ["setup(scripts=['a'][0:1])", ["scripts=['a'][0:1]"]],
    ["setup(data_files=[('a', x)])", ["data_files=[('a',x)]"]],
    ["setup(data_files=['a'])", ["data_files=['a']"]],
    ["setup(data_files=[('a', ['b'], 'c')])", ["data_files=[('a',['b'],'c')..."]],
  ])('leaves %j to be named', (source, unread) => {
    expect(readSetupArguments(source)).toEqual({ scripts: [], dataFiles: [], unread });
  });

  it.each([
    ['setup(**x)', 'sdist.setup-py'],
    ['setup(name="a", **dict(b=1))', 'sdist.setup-py'],
    ['setup(', 'sdist.setup-py'],
    ['x = "setup()"', 'sdist.setup-py'],
    ['setup()\n'.repeat(17), 'sdist.setup-py'],
    ['# setup()', 'sdist.setup-py'],
    ['def setup(): pass', 'sdist.setup-py'],
    ['"""', 'sdist.setup-py'],
    ['ext_modules = [1]\nsetup(ext_modules=ext_modules)', 'sdist.built'],
    ['setup(cffi_modules=["x"])', 'sdist.built'],
    ['setup(use_2to3 = True)', 'sdist.built'],
  ])('refuses %j', (source, code) => {
    expect(codeOf(source)).toBe(code);
  });

  it.each([
    ['setup(name="%s" % "{v}".format(**v))'],
    ['f(**x)\nsetup(a=2 ** 3)'],
    ["setup(x='use_2to3')  # use_2to3"],
    ['setup(ext_modules=[])'],
    ['setup()\n'.repeat(16)],
  ])('takes %j', (source) => {
    expect(codeOf(source)).toBeNull();
  });

  it('takes megabytes in no time, whatever they are', () => {
    const long = [
      '('.repeat(500_000),
      `setup(scripts=${'['.repeat(400_000)})`,
      `'''${'\\'.repeat(999_999)}`,
      'setup('.repeat(200_000),
      '#'.repeat(10 ** 6),
    ];
    const start = performance.now();
    for (const source of long) codeOf(source);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('refuses more tokens than any has, before they take memory', () => {
    const source = (names: number) => `setup()\n${'a '.repeat(names)}`;
    expect([codeOf(source(499_997)), codeOf(source(499_998))]).toEqual([null, 'sdist.setup-py']);
  });
});

it('pythonTokens loses nothing but white space and comments', () => {
  const piece = fc.constantFrom(
    'a',
    'é1',
    ' ',
    '\n',
    "'x'",
    '"""y\n"""',
    '# c\n',
    '**',
    '(',
    '==',
    '\\\n',
    "r'\\''",
    '@',
    '5',
    '\u{1f600}',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const kept = pieces.filter((text) => text !== ' ' && text !== '\n' && text !== '# c\n' && text !== '\\\n');
      expect(
        pythonTokens(pieces.join(' '))
          .map(({ text }) => text)
          .join(''),
      ).toBe(kept.join(''));
    }),
  );
});
