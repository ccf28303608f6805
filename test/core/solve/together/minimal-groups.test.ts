import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GoTogether, minimalGroups } from '../../../../core/solve/together/minimal-groups.ts';

/** Members are numbers; what holds one of these sets does not go together. */
const scene = fc.record({
  size: fc.integer({ min: 1, max: 12 }),
  barred: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 2, maxLength: 4 }), { maxLength: 6 }),
});

const isPart = (some: readonly number[], of: readonly number[]) => some.every((one) => of.includes(one));

function counting(barred: readonly (readonly number[])[]) {
  const asked: (readonly number[])[] = [];
  const goTogether: GoTogether<number> = async (some) => {
    asked.push(some);
    return !barred.some((group) => isPart(group, some));
  };
  return { asked, goTogether };
}

async function expectMinimal(group: readonly number[], goTogether: GoTogether<number>): Promise<void> {
  expect(await goTogether(group)).toBe(false);
  for (const one of group) expect(await goTogether(group.filter((other) => other !== one))).toBe(true);
  expect(group).toEqual(group.toSorted((a, b) => a - b));
}

describe('what keeps a set from going together', () => {
  it('is told in groups that are minimal, each once, all pairs among them, and none where all goes together', async () => {
    const property = fc.asyncProperty(scene, async ({ size, barred }) => {
      const all = Array.from({ length: size }, (_, i) => i);
      const { asked, goTogether } = counting(barred);
      const { groups, more } = await minimalGroups(all, goTogether, { maxGroups: 100 });
      expect(more).toBe(false);
      for (const group of groups) await expectMinimal(group, goTogether);
      const told = groups.map((group) => group.join());
      expect(new Set(told).size).toBe(told.length);
      const possible = barred.filter((group) => isPart(group, all));
      const pairs = possible.filter(({ length }) => length === 2).map((pair) => pair.toSorted((a, b) => a - b).join());
      expect(told).toEqual(expect.arrayContaining(pairs));
      expect(groups.length === 0).toBe(possible.length === 0);
      if (groups.length === 0) expect(asked).toHaveLength(Math.min(size - 1, 1));
    });
    await fc.assert(property, { numRuns: 2000 });
  });

  it('is the same, with fewer questions, where it is likely', async () => {
    const all = Array.from({ length: 40 }, (_, i) => i);
    const barred = [
      [3, 30],
      [7, 8, 9],
    ];
    const [plain, told] = [counting(barred), counting(barred)];
    const found = await minimalGroups(all, plain.goTogether, { maxGroups: 100 });
    const likely = [...found.groups, [1, 2]];
    const again = await minimalGroups(all, told.goTogether, { maxGroups: 100, likely });
    expect([...found.groups].sort()).toEqual(barred);
    expect([...again.groups].sort()).toEqual(barred);
    expect(told.asked.length).toBeLessThan(plain.asked.length / 2);
  });

  it('says that there may be more where a limit is met, and nothing that nobody answered', async () => {
    const all = Array.from({ length: 10 }, (_, i) => i);
    const pairs = all.flatMap((a) => all.filter((b) => a < b).map((b) => [a, b]));
    const limited = await minimalGroups(all, counting(pairs).goTogether, { maxGroups: 5 });
    expect([limited.groups.length, limited.more]).toEqual([5, true]);
    for (let answers = 0; answers < 30; answers++) {
      const { goTogether, asked } = counting([[2, 5, 8]]);
      const tired: GoTogether<number> = async (some) => (asked.length < answers ? goTogether(some) : null);
      const { groups, more } = await minimalGroups(all, tired, { maxGroups: 5 });
      expect(groups).toEqual(groups.length === 0 ? [] : [[2, 5, 8]]);
      expect(more || groups.length === 1).toBe(true);
    }
  });
});
