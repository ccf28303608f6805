import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Solver } from '../../core/ports/solver.ts';
import type { PackageIndex } from '../../local/sample/package-metadata.ts';
import { day, lab, names, useLab } from '../support/cli/lab.ts';
import { small, startLab } from '../support/cli/start-lab.ts';

useLab();

const patch = (filename: string, depends: string[]): Record<string, PackageIndex> => ({ [filename]: { depends } });

it('an entry that installs neither way holds up no alteration', async () => {
  await lab.publish([small('a 1.0'), small('never 1.0', ['nowhere'])]);
  await lab.sync(lab.allowlist(['a', 'never']));
  await lab.publish([small('a 1.0'), small('never 1.0', ['nowhere']), small('b 1.0')], patch('a-1.0-0.conda', ['b']));
  const report = await lab.sync(lab.allowlist(['a', 'never']));
  expect(report.problems).toEqual(['entry.unsolvable never on linux-64']);
  expect(report.applied.changed).toEqual(['linux-64/a-1.0-0.conda']);
});

describe('failing closed', () => {
  /** The lab's solver, broken for every pool that holds this spec. */
  const breaking = (spec: string, inner: Solver): Solver => ({
    solve: async (pool, specs) =>
      specs.includes(spec) ? { status: 'failed', explanation: 'a panic' } : inner.solve(pool, specs),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  });

  it('a solver that breaks says nothing: what its entry had stays, and no alteration goes through unproved', async () => {
    await lab.publish([small('a 1.0', ['base']), small('base 1.0'), small('b 1.0')]);
    await lab.sync(lab.allowlist(['a', 'b']));
    await lab.publish(
      [small('a 1.0', ['base']), small('base 1.0'), small('b 1.0')],
      patch('base-1.0-0.conda', ['nowhere']),
    );
    Object.assign(lab.world, { solver: breaking('a', lab.world.solver) });
    const report = await lab.sync(lab.allowlist(['a']));
    expect(report.plan.complete).toBe(false);
    expect(report.problems).toContain('held.change linux-64/base-1.0-0.conda');
    expect((await lab.index())['base-1.0-0.conda']?.depends).toEqual([]);
    expect(await names()).toContain('b-1.0-0.conda');
  });

  it('an entry that stopped solving keeps what it had, retention over or not', async () => {
    await lab.publish([small('a 1.0', ['base']), small('base 1.0')]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.0', ['base']), small('base 1.0'), small('a 1.1', ['base'])]);
    await lab.sync(lab.allowlist(['a']));
    await lab.publish([small('a 1.1', ['base'])]);
    lab.now += 365 * day;
    await lab.sync(lab.allowlist(['a']));
    lab.now += 365 * day;
    await lab.sync(lab.allowlist(['a']));
    expect(await names()).toEqual(['a-1.0-0.conda', 'a-1.1-0.conda', 'base-1.0-0.conda']);
  });

  it('a claim stands while its entry does not solve, so that another entry leaving takes nothing from it', async () => {
    const parts = [small('a 1.0', ['p']), small('b 1.0', ['p'])];
    await lab.publish([...parts, small('p 1.0')]);
    await lab.sync(lab.allowlist(['a', 'b']));
    await lab.publish([small('a 1.0', ['p']), small('p 1.0'), small('b 1.0', ['p', 'nowhere'])]);
    await lab.sync(lab.allowlist(['a', 'b']));
    const report = await lab.sync(lab.allowlist(['b']));
    expect(report.plan.drop).toEqual(['linux-64/a-1.0-0.conda']);
    expect(report.held).toEqual([]);
    expect(await names()).toEqual(['b-1.0-0.conda', 'p-1.0-0.conda']);
  });
});

it('the proof sees what conda sees: a .tar.bz2 behind its .conda is hidden', async () => {
  await lab.publish([small('a 1.0', [], { format: '.tar.bz2' })]);
  await lab.sync(lab.allowlist(['a']));
  const elsewhere = await startLab();
  await elsewhere.publish([small('a 1.0', ['nowhere'])]);
  await copyFile(
    join(elsewhere.upstreamFolder, 'linux-64/a-1.0-0.conda'),
    join(lab.store, 'conda/linux-64/a-1.0-0.conda'),
  );
  await elsewhere[Symbol.asyncDispose]();
  const report = await lab.sync(lab.allowlist(['a']));
  expect(report.proof.lost).toMatchObject([{ entry: 'a', installable: false }]);
});
