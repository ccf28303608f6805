import fc from 'fast-check';
import type { Candidate } from '../../core/ports/solver.ts';
import { candidate } from '../support/solver/candidates.ts';

const names = ['a', 'b', 'c', 'd'];
const versions = [1, 2, 3];

const requirement = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom('>=', '<', '==', '!='), fc.constantFrom(...versions))
  .map(([name, operator, version]) => `${name} ${operator}${version}`);

/** Nothing needs a package of an earlier letter: circles are for tests of their own. */
const packages = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom(...names),
      version: fc.constantFrom(...versions),
      depends: fc.array(requirement, { maxLength: 4 }),
      constrains: fc.array(requirement, { maxLength: 1 }),
    })
    .map(({ depends, ...rest }) => ({ ...rest, depends: depends.filter((spec) => nameOf(spec) > rest.name) })),
  { selector: ({ name, version }) => `${name} ${version}`, minLength: 4 },
);

/** A few packages that need and exclude each other, the same in another order, and what is asked of them. */
export const universe = packages
  .map((all) => all.map(({ name, version, ...keys }) => candidate(`${name} ${version}`, keys)))
  .chain((candidates) =>
    fc.record({
      candidates: fc.constant(candidates),
      shuffled: fc.shuffledSubarray(candidates, { minLength: candidates.length }),
      specs: fc.array(requirement, { minLength: 1, maxLength: 2 }),
    }),
  );

interface Choice {
  readonly keys: readonly string[];
  /** The version of the first spec's package. */
  readonly newest: number;
}

/** Every choice that satisfies the specs and needs all it holds, found by trying each. */
export function installable(candidates: readonly Candidate[], specs: readonly string[]): Choice[] {
  const choices = names.reduce<Candidate[][]>(
    (sets, name) => {
      const ones = candidates.filter(({ record }) => record.name === name);
      return sets.flatMap((set) => [set, ...ones.map((one) => [...set, one])]);
    },
    [[]],
  );
  const [wanted] = (specs[0] ?? '').split(' ');
  return choices
    .filter((set) => holds(set, specs) && needsAll(set, specs))
    .map((set) => ({
      keys: set.map(({ key }) => key).sort(),
      newest: Number(set.find(({ record }) => record.name === wanted)?.record.version),
    }));
}

function holds(set: readonly Candidate[], specs: readonly string[]): boolean {
  const depends = [...specs, ...set.flatMap(({ record }) => record.depends)];
  const constrains = set.flatMap(({ record }) => record.constrains ?? []);
  return (
    depends.every((spec) => set.some(({ record }) => matches(spec, record))) &&
    constrains.every((spec) => set.every(({ record }) => !spec.startsWith(record.name) || matches(spec, record)))
  );
}

/** A solver brings nothing that neither a spec nor a chosen package needs. */
function needsAll(set: readonly Candidate[], specs: readonly string[]): boolean {
  const needed = new Set(specs.map(nameOf));
  for (const name of needed) {
    for (const { record } of set) if (record.name === name) for (const spec of record.depends) needed.add(nameOf(spec));
  }
  return set.every(({ record }) => needed.has(record.name));
}

const nameOf = (spec: string): string => spec.split(' ')[0] ?? '';

function matches(spec: string, record: { name: string; version: string }): boolean {
  const [, name, operator, version] = /^(\S+) (>=|<|==|!=)(\d+)$/.exec(spec) ?? [];
  if (name !== record.name) return false;
  const [have, limit] = [Number(record.version), Number(version)];
  if (operator === '>=') return have >= limit;
  if (operator === '<') return have < limit;
  return operator === '==' ? have === limit : have !== limit;
}
