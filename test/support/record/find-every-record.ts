import { expect } from 'vitest';
import type { Solver } from '../../../core/ports/solver.ts';
import { recordFault } from '../../../core/record/record-fault.ts';
import { accepted, servedRecords } from './served-records.ts';

const lib = accepted('lib', { '2.0-cuda12_0': {} }).records;

/**
 * Serves a sound record and one for each of some members, all of one name, and holds that rattler finds every record of
 * it that enters by an exact solve, in both forms.
 *
 * @returns how many entered
 */
export async function findEveryRecord(
  members: readonly object[],
  solver: Solver,
  runExports?: unknown,
): Promise<number> {
  const odd = members.map((each, i) => [`2.${i}-0`, each] as const);
  const { records } = accepted('tool', { '1.0-0': {}, ...Object.fromEntries(odd) });
  const readable = records.filter(({ record }) => recordFault(record) === null);
  for (const form of ['repodata.json', 'shards'] as const) {
    const channel = await servedRecords([...readable, ...lib], form, runExports);
    for (const { filename, record } of readable) {
      const solution = await solver.solve(channel, [`tool ==${record.version} ${record.build}`]);
      const needed = record.depends.length === 0 ? [] : ['noarch/lib-2.0-cuda12_0.conda'];
      expect([form, record, solution]).toEqual([
        form,
        record,
        { status: 'solved', keys: [...needed, `noarch/${filename}`] },
      ]);
    }
  }
  return readable.length;
}
