import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch, subdirSchema } from '../../../core/names/subdir.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { recordSchema } from '../../../core/record/record.ts';
import { candidatePool } from '../../../core/solve/candidate-pool.ts';
import { collectClosure } from '../../../core/solve/closure.ts';
import { ownSpec } from '../../../core/solve/requests.ts';
import type { UpstreamRecord } from '../../../core/upstream/accept-records.ts';

const linux = subdirSchema.parse('linux-64');
const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

function upstream(name: string, version: number, depends: readonly string[]): UpstreamRecord {
  const filename = packageFileNameSchema.parse(`${name}-${version}-0.conda`);
  const record = recordSchema.parse({ name, version: String(version), build: '0', build_number: 0, depends });
  return {
    filename,
    subdir: noarch,
    channel: 'https://upstream.invalid/c',
    url: `https://upstream.invalid/c/${filename}`,
    record,
  };
}

const names = ['a', 'b', 'c', 'd', 'python'];
const spec = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom('', ' >=2', ' <2', ' ==1', ' 1|3', ' !=2'))
  .map((parts) => parts.join(''));
const universe = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      version: fc.integer({ min: 1, max: 3 }),
      depends: fc.array(spec, { maxLength: 2 }),
    }),
    {
      selector: ({ name, version }) => `${name} ${version}`,
      maxLength: 12,
    },
  )
  .map((records) => records.map(({ name, version, depends }) => upstream(name, version, depends)));

const among = (records: readonly UpstreamRecord[]) => async (name: string) => ({
  records: records.filter(({ record }) => record.name === name),
  problems: [],
});

describe('collectClosure', () => {
  it('leaves out nothing that a solver could choose', async () => {
    await fc.assert(
      fc.asyncProperty(universe, fc.array(spec, { minLength: 1, maxLength: 2 }), async (records, roots) => {
        const found = await collectClosure(roots.map(ownSpec), { named: among(records), python: [] });
        const pruned = candidatePool(linux, [...found.byName.values()].flat(), {});
        const whole = candidatePool(linux, records, {});
        const [ours, theirs] = [await solver.solve(pruned, roots), await solver.solve(whole, roots)];
        expect(ours.status).toBe(theirs.status);
        if (ours.status === 'solved' && theirs.status === 'solved') expect(ours.keys).toEqual(theirs.keys);
      }),
      { numRuns: 300 },
    );
  });

  it('follows only the dependencies of records that something asks for', async () => {
    const records = [upstream('a', 1, ['b']), upstream('a', 2, ['c']), upstream('b', 1, []), upstream('c', 1, ['d'])];
    const asked: string[] = [];
    const named = (name: string) => {
      asked.push(name);
      return among(records)(name);
    };
    await collectClosure([ownSpec('a <2')], { named, python: [] });
    expect(asked).toEqual(['a', 'b']);
  });

  it('goes by the folder of a package, whatever its record says of its subdir', async () => {
    const one = upstream('a', 1, ['b']);
    const placed = { ...one, subdir: linux, record: { ...one.record, subdir: noarch } };
    const named = among([placed, upstream('b', 1, [])]);
    const namesBy = async (root: string) =>
      [...(await collectClosure([ownSpec(root)], { named, python: [] })).byName.values()].flat().length;
    expect(await namesBy('a[subdir=linux-64]')).toBe(2);
    expect(await namesBy('a[subdir=noarch]')).toBe(0);
  });

  it('brings pip and the pythons asked for once something reaches python', async () => {
    const records = [
      upstream('a', 1, ['python >=3']),
      upstream('python', 1, []),
      upstream('python', 3, []),
      upstream('pip', 1, []),
    ];
    const found = await collectClosure([ownSpec('a')], { named: among(records), python: ['1'] });
    expect([...found.byName.keys()]).toEqual(['a', 'pip', 'python']);
    expect(
      found.byName
        .get('python')
        ?.map(({ record }) => record.version)
        .sort(),
    ).toEqual(['1', '3']);
  });

  it('a name that cannot be read makes the closure incomplete and is named', async () => {
    const named = async (name: string) => {
      if (name === 'b') throw new GatehouseError('upstream.unreachable', 'no route');
      return among([upstream('a', 1, ['b'])])(name);
    };
    const found = await collectClosure([ownSpec('a')], { named, python: [] });
    const problem = { code: 'upstream.unreachable', subject: 'b', detail: 'no route' };
    expect([found.problems, [...found.unread]]).toEqual([[problem], [['b', problem]]]);
  });
});
