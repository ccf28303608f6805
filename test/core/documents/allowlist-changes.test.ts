import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowlistChanges } from '../../../core/documents/allowlist/allowlist-changes.ts';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';

const base = { channels: ['https://a.example/x'], platforms: ['linux-64', 'win-64'], packages: ['numpy ==1.0'] };
const parsed = (document: object, spaces = 0) =>
  acceptAllowlist(Buffer.from(JSON.stringify(document, null, spaces)), 'allowlist.json');
const changes = (before: object, after: object) => allowlistChanges(parsed(before), parsed(after));

describe('what another allowlist says', () => {
  it('is nothing where it is only written in another way', () => {
    expect(allowlistChanges(parsed(base), parsed({ ...base, indexes: ['https://pypi.org/simple/'] }, 4))).toEqual([]);
  });

  it.each([
    [{ packages: ['numpy ==1.0', 'scipy'] }, ['+ scipy']],
    [{ packages: [] }, ['- numpy ==1.0']],
    [{ packages: [{ spec: 'numpy ==1.0', platforms: ['win-64'] }] }, ['~ numpy ==1.0 (with other details)']],
    [{ platforms: ['linux-64', 'osx-64'] }, ['~ numpy ==1.0 (with other details)', 'platforms: + osx-64, - win-64']],
    [{ channels: ['https://b.example/y', 'https://a.example/x'] }, ['channels: + https://b.example/y']],
    [{ python: ['3.12'] }, ['python: + 3.12']],
    [{ environments: { course: ['numpy ==1.0'] } }, ['environment course differs']],
    [{ policy: { coolDown: { days: 3 } } }, ['policy.coolDown differs']],
    [{ virtualPackages: { 'linux-64': { __glibc: '2.17' } } }, ['virtualPackages differs']],
    [{ condaNames: { graphviz: 'python-graphviz' } }, ['condaNames differs']],
  ])('is told of %j', (more, expected) => {
    expect(changes(base, { ...base, ...more })).toEqual(expected);
  });

  it('sees channels in another order, which decides between two that have a package', () => {
    const [one, two] = ['https://a.example/x', 'https://b.example/y'];
    expect(changes({ ...base, channels: [one, two] }, { ...base, channels: [two, one] })).toEqual([
      'channels: in another order',
    ]);
  });

  it('is told from both sides alike: what is more here is less there', () => {
    const packages = fc.uniqueArray(fc.constantFrom('a', 'b ==1.0', 'c', 'd >=2'));
    const signs = (lines: readonly string[], sign: string) =>
      lines
        .filter((line) => line.startsWith(sign))
        .map((line) => line.slice(2))
        .sort();
    fc.assert(
      fc.property(packages, packages, (left, right) => {
        const [there, back] = [
          changes({ ...base, packages: left }, { ...base, packages: right }),
          changes({ ...base, packages: right }, { ...base, packages: left }),
        ];
        expect(signs(there, '+')).toEqual(signs(back, '-'));
        expect(signs(there, '+')).toEqual(right.filter((one) => !left.includes(one)).sort());
      }),
    );
  });
});
