import { expect, it } from 'vitest';
import { cameFromUpstream, soundProvenance, wasMadeOf } from '../../../core/documents/provenance.ts';
import { provenanceKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const place = { channel: 'conda', subdir: noarch, filename: packageFileNameSchema.parse('a-1-0.conda') } as const;
const sha256 = sha256Of('a');

it('of a damaged provenance nothing is known: the package is not taken for one of upstream, which may leave', async () => {
  const store = memoryStore();
  await store.put(provenanceKey(place.channel, place.subdir, place.filename, sha256), Buffer.from('{'));
  expect(await soundProvenance(store, place, sha256)).toBeNull();
  expect(await cameFromUpstream(store, place)).toBe(false);
  expect(await wasMadeOf(store, place, sha256, sha256)).toBe(false);
});

it('that the store fails is not taken for a damaged provenance', async () => {
  const store = { ...memoryStore(), read: () => Promise.reject(new Error('the store is gone')) };
  await expect(soundProvenance(store, place, sha256)).rejects.toThrow('the store is gone');
});
