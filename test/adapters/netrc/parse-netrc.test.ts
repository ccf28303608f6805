import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNetrc } from '../../../adapters/netrc/parse-netrc.ts';
import { GatehouseError } from '../../../core/problems/error.ts';

const parse = (text: string) => parseNetrc(text, '~/.netrc');
const entry = (host: string | null, login: string, password: string) => ({ host, login, password });

describe('parseNetrc', () => {
  it.each([
    ['machine a.example login me password secret', [entry('a.example', 'me', 'secret')]],
    ['machine A.Example\n\tlogin me\r\n\tpassword\n secret\n', [entry('a.example', 'me', 'secret')]],
    ['machine a login x password y machine b login z password w', [entry('a', 'x', 'y'), entry('b', 'z', 'w')]],
    ['default login anyone password "" machine a login x', [entry(null, 'anyone', ''), entry('a', 'x', '')]],
    ['machine [::1] password p account billing login l', [entry('::1', 'l', 'p')]],
    [String.raw`machine a login "a b" password "\"\\\n\t#\x"`, [entry('a', 'a b', '"\\\n\t#x')]],
    [String.raw`machine a login a#b password c"d\n`, [entry('a', 'a#b', 'c"d\\n')]],
    ['# a comment login\nmachine a # another\nlogin l password p', [entry('a', 'l', 'p')]],
    [
      'machine a login l password p\nmacdef init\nmachine x "\nlogin\n\nmachine b login m password q',
      [entry('a', 'l', 'p'), entry('b', 'm', 'q')],
    ],
    ['machine machine login login password password', [entry('machine', 'login', 'password')]],
    ['machine a login /t/ password p', [entry('a', '/t/', 'p')]],
    ['machine a password p\nlogin /t/', [entry('a', '/t/', 'p')]],
    ['', []],
    ['\n# nothing\n', []],
  ])('reads %j', (text, entries) => {
    expect(parse(text)).toEqual(entries);
  });

  it.each([
    ['machine a login me password hunter2 hunter2', 1, 'a word that netrc does not have'],
    ['hunter2\n', 1, 'a word before the first `machine`'],
    ['\nmachine a\nlogin me password #hunter2', 3, 'a value that begins with # and is not in double quotes'],
    ['machine a login\n#hunter2\n', 1, 'a word whose value is missing'],
    ['machine a login me\npassword "hunter2\n', 2, 'a double quote that does not end, or not where its word does'],
    ['machine a login me password "hunter2"hunter2', 1, 'a double quote that does not end, or not where its word does'],
    ['machine', 1, 'a word whose value is missing'],
    ['machine a\nlogin /t/\nmachine b login c password hunter2', 2, 'login /t/ without a password'],
    ['machine a login /t/ password ""\n', 1, 'login /t/ without a password'],
  ])('refuses %j by its line, and shows nothing of it', (text, line, what) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message: `~/.netrc, line ${line}: ${what}`,
        hint: expect.any(String),
      }),
    );
  });

  it('gives back what was written in quotes', () => {
    const written = (value: string) =>
      `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
    const value = fc.string({
      unit: fc.constantFrom('a', ' ', '"', '\\', '\n', '\r', '\t', '#', 'é', '\u2028'),
      maxLength: 20,
    });
    const entries = fc.array(fc.record({ login: value, password: value }), { maxLength: 5 });
    fc.assert(
      fc.property(entries, (all) => {
        const lines = all.map(
          ({ login, password }) => `machine a login ${written(login)} password ${written(password)}`,
        );
        expect(parse(lines.join('\n'))).toEqual(all.map((one) => ({ host: 'a', ...one })));
      }),
    );
  });

  it('reads or refuses whatever there is, by nothing but its own error', () => {
    const word = fc.constantFrom(
      'machine ',
      'default ',
      'login ',
      'password ',
      'macdef ',
      '"',
      '\\',
      '#',
      '\n',
      ' ',
      'hunter2',
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        try {
          parse(words.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(GatehouseError);
          expect(JSON.stringify([error, String(error)])).not.toContain('hunter2');
        }
      }),
    );
  });
});
