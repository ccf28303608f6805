import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelChange } from '../../../core/diff/change.ts';
import { proveChanges } from '../../../core/diff/prove-changes.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch } from '../../../core/names/subdir.ts';

const change = (name: number): ChannelChange => ({
  kind: 'drop',
  subdir: noarch,
  filename: packageFileNameSchema.parse(`p${name}-1-0.conda`),
  record: null,
  override: {},
  reason: 'no longer needed',
});
const numberOf = ({ filename }: ChannelChange): number => Number(/\d+/.exec(filename)?.[0]);

/** Entries break when all of some set of changes are made: what a dependency on any one of several looks like. */
const world = fc
  .integer({ min: 0, max: 12 })
  .chain((count) =>
    fc.tuple(
      fc.constant(Array.from({ length: count }, (_, i) => change(i))),
      fc.array(fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
    ),
  );

describe('proveChanges', () => {
  it('accepts nothing that breaks an entry, holds only what would, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(world, async ([changes, causes]) => {
        const breaks = async (some: readonly ChannelChange[]) => {
          const made = new Set(some.map(numberOf));
          return causes.filter((cause) => cause.every((one) => made.has(one))).map(String);
        };
        const { accepted, held } = await proveChanges(changes, breaks);
        expect(await breaks(accepted)).toEqual([]);
        for (const one of held) {
          expect(await breaks([...accepted, one.change])).not.toEqual([]);
          expect(one.breaks).not.toEqual([]);
        }
        const settled = [...accepted, ...held.map((one) => one.change)].map(numberOf);
        expect(settled.sort((a, b) => a - b)).toEqual(changes.map(numberOf));
      }),
    );
  });

  it('proves once when nothing breaks', async () => {
    let proofs = 0;
    const breaks = async () => {
      proofs += 1;
      return [];
    };
    await proveChanges(
      Array.from({ length: 50 }, (_, i) => change(i)),
      breaks,
    );
    expect(proofs).toBe(1);
  });
});
