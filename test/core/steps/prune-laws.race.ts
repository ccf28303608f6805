import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIndex } from '../../../core/index/read-index.ts';
import { segmentPrefix } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { subdir } from '../../support/index/index-scene.ts';
import { day, hour, type PruneScene, pruneScene, withdrawn } from '../../support/index/prune-scene.ts';
import { key } from '../../support/store/objects.ts';
import type { Fault } from '../../twins/store-memory.ts';

const at = (name: string) => `conda/linux-64/${name}`;

const pool = ['a-1-0.conda', 'b-1-0.tar.bz2'];
const life = fc.record({
  name: fc.constantFrom(...pool),
  how: fc.constantFrom(
    'fetch',
    'fetch',
    'copy',
    'remove',
    'withdraw',
    'withdraw',
    'take back',
    'index',
    'leave a segment',
  ),
  after: fc.constantFrom(0, hour, 2 * day, 50 * day, 91 * day),
});
type Life = ReturnType<typeof life.generate>['value'];
const someLives = fc.array(life, { minLength: 3, maxLength: 15, size: 'max' });
const inTheEnd = fc.constantFrom(2 * hour, 91 * day, 91 * day, 200 * day);

/** A scene that all this happened in; `fault` is asked of everything that comes after. */
async function lived(
  lives: readonly Life[],
  end: number,
  fault: () => Fault | undefined = () => undefined,
): Promise<PruneScene> {
  let armed = false;
  const it = pruneScene({ fault: () => (armed ? fault() : undefined) });
  const decisions: Record<string, ReturnType<typeof withdrawn>> = {};
  const acts: Record<Life['how'], (name: string) => Promise<unknown>> = {
    fetch: async (name) => (it.has(at(name)) || name in decisions ? null : it.fetched(name)),
    copy: async (name) => (it.has(at(name)) ? null : it.copy(name)),
    remove: (name) => it.remove(name),
    withdraw: async (name) => {
      decisions[name] ??= withdrawn(it.now);
    },
    'take back': async (name) => delete decisions[name],
    index: () => it.index(),
    'leave a segment': (name) =>
      it.store.put(key(`${segmentPrefix('conda', subdir)}${sha256Of(name)}`), Buffer.from(name)),
  };
  for (const { name, how, after } of lives) {
    await acts[how](name);
    await it.decide(decisions);
    it.now += after;
  }
  await it.index();
  it.now += end;
  armed = true;
  return it;
}

const contents = (it: PruneScene) =>
  Object.fromEntries([...it.store.objects].map(([where, { bytes }]) => [where, sha256Of(bytes)]).sort());

describe('after any prune', () => {
  it('verify is clean, every record has its bytes, and what was copied in or is not withdrawn is there', async () => {
    let packages = 0;
    await fc.assert(
      fc.asyncProperty(someLives, inTheEnd, async (lives, end) => {
        const it = await lived(lives, end);
        const before = await readIndex(it.store, 'conda', subdir);
        const there = new Set(it.keys('conda/linux-64/'));
        const damage = await it.damage();
        const { objects, problems } = await it.prune();
        expect(problems).toEqual([]);
        for (const { key: gone } of objects.filter(({ kind }) => kind === 'package')) {
          packages += 1;
          expect(it.origin(gone)).toBe('upstream');
          expect([...(before ?? new Map()).keys()].map(at)).not.toContain(gone);
        }
        expect(await it.index()).toEqual([]);
        expect(await it.damage()).toEqual(damage);
        expect(await readIndex(it.store, 'conda', subdir)).toEqual(before);
        for (const { key: gone } of objects) there.delete(gone);
        expect(new Set(it.keys('conda/linux-64/'))).toEqual(there);
        expect((await it.prune()).objects).toEqual([]);
      }),
      { numRuns: 120, seed: 5 },
    );
    expect(packages).toBeGreaterThan(20);
  });

  it('one that was cut off anywhere is finished by the next', async () => {
    await fc.assert(
      fc.asyncProperty(
        someLives,
        inTheEnd,
        fc.nat({ max: 60 }),
        fc.constantFrom<Fault>('broken', 'ambiguous'),
        async (lives, end, left, fault) => {
          const whole = await lived(lives, end);
          await whole.prune();
          await whole.index();
          let calls = left;
          let over = false;
          const it = await lived(lives, end, () => (!over && calls-- <= 0 ? fault : undefined));
          await it.prune().catch((error) => expect(error).toMatchObject({ code: 'store.broken' }));
          over = true;
          const { problems } = await it.prune();
          expect(problems).toEqual([]);
          expect(await it.index()).toEqual([]);
          expect(contents(it)).toEqual(contents(whole));
        },
      ),
      { numRuns: 100 },
    );
  });
});
