import fc from 'fast-check';
import { afterAll, expect, it, test } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { findEveryRecord } from '../../support/record/find-every-record.ts';
import { anyMembers, libSpellings, oddMembers } from '../../support/record/odd-members.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

it('rattler finds every record of a name, whatever was odd about some', async () => {
  expect(await findEveryRecord(oddMembers, solver)).toBe(oddMembers.length + 1);
});

it('rattler finds every record of a name, however its dependencies are spelt', async () => {
  const spelt = libSpellings.map((text) => ({ depends: [text] }));
  expect(await findEveryRecord(spelt, solver)).toBe(spelt.length + 1);
});

test.each([[['lib']], [{ weak: null }], [{ weak: 'lib', other: [1] }], ['lib'], [{ strong: ['\ud800'] }], [7], [null]])(
  'rattler finds records whose package has run exports %j',
  async (runExports) => {
    expect(await findEveryRecord([{}], solver, runExports)).toBe(2);
  },
);

it('rattler finds every record that enters of any members', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyMembers, { minLength: 20, maxLength: 20 }), async (members) => {
      found += await findEveryRecord(members, solver);
    }),
    { numRuns: 12 },
  );
  // Few are refused: the rest of what is odd is mended or left out.
  expect(found).toBeGreaterThan(12 * 15);
});
