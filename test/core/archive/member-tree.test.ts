import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemberTree } from '../../../core/archive/member-tree.ts';

type Type = 'file' | 'directory' | 'symlink';
type Placed = readonly [path: string, type: Type];

/** The codes that a tree reports of members in this order. */
function reported(members: readonly Placed[]): string[] {
  const types = new Map<string, Type>();
  const codes = new Set<string>();
  const tree = new MemberTree(types, {
    report: (code) => codes.add(code.replace(/^A10\..*/, 'A10')),
    spend: () => {},
  });
  for (const [path, type] of members) {
    types.set(path, type);
    tree.place(path, type);
  }
  return [...codes].sort();
}

const above = (path: string): string[] => {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
};
const fold = (path: string) => path.normalize('NFD').toUpperCase().toLowerCase();

/** The same by comparing all with all. */
const expected = (members: readonly Placed[]): string[] =>
  [...new Set(members.flatMap((one) => members.flatMap((other) => oddOf(one, other))))].sort();

function oddOf([path, type]: Placed, [other]: Placed): string[] {
  const isBelow = above(other).includes(path);
  if (isBelow && type !== 'directory') return [type === 'symlink' ? 'A10' : 'A12.under-file'];
  const isSame = other !== path && fold(other) === fold(path);
  const isBelowButForCase = type !== 'directory' && above(other).map(fold).includes(fold(path));
  return isSame || isBelowButForCase ? ['A12.case'] : [];
}

/** Where one member lies in another, that two differ by case besides is nothing more to know. */
const telling = (codes: readonly string[]) =>
  codes.every((code) => code === 'A12.case') ? codes : codes.filter((code) => code !== 'A12.case');

const part = fc.constantFrom('a', 'A', 'b', '\u00e9', '\u00c9', '\u00df', 'ss');
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const member = fc.tuple(path, fc.constantFrom<Type>('file', 'directory', 'symlink'));

describe('MemberTree', () => {
  it('reports what lies where something else is, whichever of the two comes first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(member, { maxLength: 6, selector: ([at]) => at }), (members) => {
        expect(telling(reported(members))).toEqual(telling(expected(members)));
      }),
      { numRuns: 1000 },
    );
  });
});
