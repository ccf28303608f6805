import { expect, it } from 'vitest';
import { simpleFileKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { buildSdist } from '../../support/python/build-sdist.ts';
import { fetchMade, type MadeChanges, ofSdist, sdist, wheel } from '../../support/python/fetch-made.ts';
import { type FileChanges, fetchSimple, ofSdist as unpacked } from '../../support/python/fetch-simple.ts';
import { provenancesIn } from '../../support/upstream/fetch-scene.ts';

/** As `madeArtifact` dates it. */
const uploadTime = '2020-01-01T00:00:00Z';

const cases: readonly [string, Uint8Array, MadeChanges, FileChanges][] = [
  ['a wheel', wheel, {}, { uploadTime }],
  ['an sdist', sdist, ofSdist, { ...unpacked, uploadTime }],
];

it.each(cases)('a package of %s is made of what pip gets, and is the same', async (_, bytes, made, simple) => {
  const { scene } = await fetchSimple(bytes, simple);
  const { outcome, stored, requests } = await fetchMade(bytes, made, scene);
  expect({ outcome, requests }).toEqual({ outcome: { status: 'stored' }, requests: 0 });
  const alone = await fetchMade(bytes, made);
  expect(alone.requests).toBe(1);
  expect(stored).toEqual(alone.stored);
  const ofPackage = (all: ReturnType<typeof provenancesIn>) =>
    all.find(({ sha256 }) => sha256 === sha256Of(stored ?? ''));
  expect(ofPackage(provenancesIn(scene.store))?.findings).toEqual(
    ofPackage(provenancesIn(alone.scene.store))?.findings,
  );
});

it.each(cases)(
  'a package of %s is made of the index where the store has other bytes',
  async (_, bytes, made, simple) => {
    const { scene, file } = await fetchSimple(bytes, simple);
    const key = simpleFileKey(file.project, file.fileName);
    const kept = scene.store.objects.get(key)?.metadata;
    const staged = await scene.store.stage();
    await staged.write(Buffer.from('damaged'));
    await scene.store.delete(key);
    // It still says the digests of what was there.
    await staged.publish(key, kept ?? {});
    const { outcome, stored, requests } = await fetchMade(bytes, made, scene);
    expect({ outcome, requests }).toEqual({ outcome: { status: 'stored' }, requests: 1 });
    expect(stored).toEqual((await fetchMade(bytes, made)).stored);
  },
);

it('a package of an sdist is not made of a wheel that was read of another', async () => {
  const { scene } = await fetchSimple(buildSdist(), { ...unpacked, uploadTime });
  const { outcome, stored, requests } = await fetchMade(sdist, ofSdist, scene);
  expect({ outcome, requests }).toEqual({ outcome: { status: 'stored' }, requests: 1 });
  expect(stored).toEqual((await fetchMade(sdist, ofSdist)).stored);
});
