import { expect } from 'vitest';
import { packageKey } from '../../../core/layout/keys.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { fetchScene } from '../upstream/fetch-scene.ts';
import { ok, testUpstream } from '../upstream/test-upstream.ts';
import { buildSdist } from './build-sdist.ts';
import { buildWheel } from './build-wheel.ts';
import { madeArtifact } from './made-artifact.ts';

export const wheel = buildWheel({ files: { 'demo.py': 'x = 1\n', 'demo-1.0.data/scripts/demo': '#!python\n' } });
export const sdist = buildSdist({ files: { 'setup.py': 'from setuptools import setup\nsetup(scripts=LIST)\n' } });
export const ofSdist = { from: 'sdist', fileName: 'demo-1.0.tar.gz' } as const;

export type MadeChanges = Omit<Parameters<typeof madeArtifact>[1], 'url'>;

/** Fetches what is made of `bytes`, which an index answers with. */
export async function fetchMade(
  bytes: Uint8Array,
  changes: MadeChanges = {},
  scene = fetchScene(''),
  answers = [ok(bytes)],
) {
  await using upstream = await testUpstream(...answers);
  const artifact = madeArtifact(bytes, { url: `${upstream.url}/demo`, ...changes });
  const outcome = await fetchArtifact(artifact, scene.world);
  const key = packageKey('conda', artifact.subdir, artifact.filename);
  const stored = scene.store.objects.get(key)?.bytes;
  return { outcome, scene, artifact, stored, requests: upstream.requests.length };
}

/** The outcome of a fetch that failed. */
export const failed = (code: string, detail: RegExp) => ({
  status: 'failed',
  problem: expect.objectContaining({ code, detail: expect.stringMatching(detail) }),
});
