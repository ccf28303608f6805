import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageFileNameSchema } from '../../../core/package-file-name.ts';
import type { Alteration } from '../../../core/planning/alteration.ts';
import { settleAlterations } from '../../../core/planning/settle-alterations.ts';
import { noarch } from '../../../core/subdir.ts';

const alteration = (name: number): Alteration => ({
  kind: 'drop',
  subdir: noarch,
  filename: packageFileNameSchema.parse(`p${name}-1-0.conda`),
  record: null,
  decision: {},
  reason: 'no longer needed',
});
const numberOf = ({ filename }: Alteration): number => Number(/\d+/.exec(filename)?.[0]);

/** Entries break when all of some set of alterations are made: what a dependency on any one of several looks like. */
const world = fc
  .integer({ min: 0, max: 12 })
  .chain((count) =>
    fc.tuple(
      fc.constant(Array.from({ length: count }, (_, i) => alteration(i))),
      fc.array(fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
    ),
  );

describe('settleAlterations', () => {
  it('accepts nothing that breaks an entry, holds only what would, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ([alterations, causes]) => {
        const breaks = async (some: readonly Alteration[]) => {
          const made = new Set(some.map(numberOf));
          return causes.filter((cause) => cause.every((one) => made.has(one))).map(String);
        };
        const { accepted, held } = await settleAlterations(alterations, breaks);
        expect(await breaks(accepted)).toEqual([]);
        for (const one of held) {
          expect(await breaks([...accepted, one.alteration])).not.toEqual([]);
          expect(one.breaks).not.toEqual([]);
        }
        const settled = [...accepted, ...held.map((one) => one.alteration)].map(numberOf);
        expect(settled.sort((a, b) => a - b)).toEqual(alterations.map(numberOf));
      }),
    );
  });

  it('proves once when nothing breaks', async () => {
    let proofs = 0;
    const breaks = async () => {
      proofs += 1;
      return [];
    };
    await settleAlterations(
      Array.from({ length: 50 }, (_, i) => alteration(i)),
      breaks,
    );
    expect(proofs).toBe(1);
  });
});
