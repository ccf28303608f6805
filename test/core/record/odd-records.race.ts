import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { findEveryRecord } from '../../support/record/find-every-record.ts';
import { anyMembers } from '../../support/record/odd-members.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

it('rattler finds every record that enters, of 10,000', { timeout: 600_000 }, async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyMembers, { minLength: 25, maxLength: 25 }), async (members) => {
      found += await findEveryRecord(members, solver);
    }),
    { numRuns: 400 },
  );
  expect(found).toBeGreaterThan(8000);
});
