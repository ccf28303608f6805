import { describe, expect, it } from 'vitest';
import { fileProvenanceKey, simpleFileKey, simpleMetadataKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { fetchFile } from '../../../core/steps/fetch-file.ts';
import { isOfLedger } from '../../support/gate/gate-keys.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { failed } from '../../support/python/fetch-made.ts';
import { earlyIn, fetchSimple, ofSdist, simpleFile } from '../../support/python/fetch-simple.ts';
import { fetchScene } from '../../support/upstream/fetch-scene.ts';
import { ok, testUpstream } from '../../support/upstream/test-upstream.ts';

const wheel = buildWheel();
const sdist = buildSdist();

const contents = (scene: ReturnType<typeof fetchScene>) =>
  [...scene.store.objects]
    .map(([key, { bytes }]) => [key, Buffer.from(bytes).toString('hex')])
    .filter(([key = '']) => !isOfLedger(key))
    .sort();

describe('whatever fails', () => {
  it.each([
    ['broken', wheel, {}],
    ['ambiguous', wheel, {}],
    ['conflict', wheel, {}],
    ['broken', sdist, ofSdist],
    ['ambiguous', sdist, ofSdist],
  ] as const)(
    'at any operation of the store (%s), nothing is there before what goes first, and another run finishes it',
    async (kind, bytes, changes) => {
      await using upstream = await testUpstream(ok(bytes));
      const file = simpleFile(bytes, { url: upstream.url, ...changes });
      const calm = fetchScene('');
      await fetchFile(file, calm.world);
      expect(calm.operations.length).toBeGreaterThan(5);
      for (let at = 1; at <= calm.operations.length; at++) {
        const scene = fetchScene('', (_, count) => (count === at ? kind : undefined));
        const first = await fetchFile(file, scene.world).catch((error) => error);
        if (first.status === undefined) expect(first, `operation ${at}`).toMatchObject({ retry: true });
        expect(earlyIn(scene.store, file), `operation ${at}`).toEqual([]);
        const second = await fetchFile(file, scene.world);
        expect(['stored', 'present'], `operation ${at}`).toContain(second.status);
        expect(contents(scene)).toEqual(contents(calm));
      }
    },
  );

  it('of what lies beside a file, whatever was lost is written again', async () => {
    const { scene, file } = await fetchSimple(wheel);
    const whole = contents(scene);
    const { project, fileName } = file;
    for (const key of [
      fileProvenanceKey(project, fileName, sha256Of(wheel)),
      simpleMetadataKey(project, fileName),
      simpleFileKey(project, fileName),
    ]) {
      await scene.store.delete(key);
      await fetchSimple(wheel, {}, scene);
      expect(contents(scene).map(([name]) => name)).toEqual(whole.map(([name]) => name));
    }
  });
});

describe('many at once', () => {
  it('of the same bytes end in one file', async () => {
    const scene = fetchScene('');
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => fetchSimple(wheel, {}, scene)));
    const statuses = outcomes.map(({ outcome }) => outcome.status).sort();
    expect(statuses).toEqual(['present', 'present', 'present', 'present', 'stored']);
  });

  it('of other bytes end in one file, whole with its own metadata, and an alarm', async () => {
    const other = buildWheel({ metadata: 'Summary: other\n' });
    for (const [one, two] of [
      [wheel, other],
      [other, wheel],
    ] as const) {
      const scene = fetchScene('');
      const outcomes = await Promise.all([fetchSimple(one, {}, scene), fetchSimple(two, {}, scene)]);
      const won = outcomes.filter(({ outcome }) => outcome.status === 'stored');
      const lost = outcomes.filter(({ outcome }) => outcome.status === 'failed');
      expect([won.length, lost.length]).toEqual([1, 1]);
      expect(lost[0]?.outcome).toEqual(failed('fetch.mutated', /./));
      expect(await fetchSimple(won[0]?.file.sha256 === sha256Of(one) ? one : two, {}, scene)).toMatchObject({
        outcome: { status: 'present' },
        requests: 0,
      });
    }
  });
});
