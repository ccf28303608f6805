import { expect } from 'vitest';
import { artifactId } from '../../../core/documents/plan.ts';
import { fetchArtifact } from '../../../core/steps/fetch.ts';
import { artifactOf } from './artifact-of.ts';
import { fetchScene, wrongsIn } from './fetch-scene.ts';
import { type Answer, testUpstream } from './test-upstream.ts';

/** One small package, and bytes that are not quite it. */
export const sample = await artifactOf('http://upstream.example');
export const { bytes: right, digests } = sample;
export const flipped = right.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
export const half = right.subarray(0, right.length / 2);

/** Fetches the sample, or one changed so, from a server that answers so. */
export async function fetchFrom(
  answers: readonly Answer[],
  changes: Readonly<Record<string, unknown>> = {},
  spec: Parameters<typeof artifactOf>[1] = {},
) {
  await using upstream = await testUpstream(...answers);
  const { artifact } = await artifactOf(upstream.url, spec, changes);
  const rightSha256 = artifact.sha256 ?? digests.sha256;
  const scene = fetchScene(rightSha256);
  const outcome = await fetchArtifact(artifact, scene.world);
  scene.wrongs.push(...wrongsIn(scene.store, rightSha256));
  return { ...scene, artifact, outcome, requests: upstream.requests.length };
}

/** The outcome of a fetch of the sample that failed. */
export const failed = (code: string, detail: RegExp) => ({
  status: 'failed',
  problem: expect.objectContaining({
    code,
    subject: artifactId(sample.artifact),
    detail: expect.stringMatching(detail),
  }),
});
