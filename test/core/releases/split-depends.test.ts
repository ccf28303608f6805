import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchSpecMatches } from '../../../core/names/match-spec/match-record.ts';
import { parseMatchSpec } from '../../../core/names/match-spec/parse-match-spec.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { type DependsPart, splitDepends } from '../../../core/releases/split-depends.ts';
import { virtualPackagesFor } from '../../../core/solve/virtual-packages.ts';

const platforms = ['linux-64', 'linux-aarch64', 'osx-64', 'osx-arm64', 'win-64'].map((name) =>
  subdirSchema.parse(name),
);
const pythons = ['3.8', '3.9', '3.10', '3.11', '3.14'];

/** Whether a part's words hold on a platform, for a version of python. */
function holds({ from, before, system }: DependsPart, platform: (typeof platforms)[number], version: string): boolean {
  const bounds = [from && `>=${from}a0`, before && `<${before}a0`].filter((bound) => bound !== null).join(',');
  const spec = parseMatchSpec(`python ${bounds || '*'}`);
  const record = { name: 'python', version, build: '0', build_number: 0 };
  return (system === null || system in virtualPackagesFor(platform)) && spec.ok && matchSpecMatches(spec.spec, record);
}

const system = (platform: string) => platform.split('-')[0];

it('gives each platform and python exactly one part, with what it needs', () => {
  const some = fc.subarray(platforms, { minLength: 1 });
  const needs = fc.func(fc.constantFrom<string[]>([], ['a'], ['a', 'b >=1']));
  fc.assert(
    fc.property(some, some, fc.subarray(pythons, { minLength: 1 }), needs, (listed, more, versions, needed) => {
      const targets = listed.flatMap((platform) =>
        versions.map((python) => ({ platform, python, depends: needed(system(platform), python) })),
      );
      const parts = splitDepends(targets, [...new Set([...listed, ...more])]);
      for (const { platform, python, depends } of targets) {
        for (const version of [`${python}.0rc1`, `${python}.0`, `${python}.20`]) {
          const own = parts?.filter((part) => holds(part, platform, version)) ?? [];
          expect(own.map((part) => part.depends)).toEqual([depends]);
        }
      }
    }),
  );
});

it('has no words for two machines of one system that differ', () => {
  const targets = platforms.slice(0, 2).map((platform, i) => ({ platform, python: '3.12', depends: [`a ==${i}`] }));
  expect(splitDepends(targets, platforms)).toBeNull();
});

it('needs one part where all need the same, and names the system only where the allowlist has others', () => {
  const one = (on: typeof platforms) => on.map((platform) => ({ platform, python: '3.12', depends: ['a'] }));
  const whole = { depends: ['a'], from: null, before: null };
  expect(splitDepends(one(platforms), platforms)).toEqual([{ ...whole, system: null }]);
  expect(splitDepends(one(platforms.slice(0, 4)), platforms)).toEqual([{ ...whole, system: '__unix' }]);
  expect(splitDepends(one(platforms.slice(0, 1)), platforms)).toEqual([{ ...whole, system: '__linux' }]);
  expect(splitDepends(one(platforms.slice(0, 1)), platforms.slice(0, 2))).toEqual([{ ...whole, system: null }]);
});
