import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { buildSampleChannel, sampleAllowlist } from '../../local/sample/sample-channel.ts';
import { buildSampleIndex } from '../../local/sample/sample-index.ts';
import { damage, expectSame, localSync } from '../support/cloud/compare.ts';
import { smallCloud } from '../support/cloud/small-cloud.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const urlOf = (name: string) => pathToFileURL(join(folder.path, name)).href;

describe('from the allowlist to the proof', () => {
  it('the cloud serves byte for byte what a sync serves of the sample upstream', async () => {
    await buildSampleChannel(join(folder.path, 'sample'), { forms: ['json'] });
    await buildSampleIndex(join(folder.path, 'sample'));
    const text = sampleAllowlist(urlOf('sample'), urlOf('sample/simple'));
    const cloud = smallCloud(solver);
    const local = localSync(cloud);
    await cloud.allowlist(JSON.parse(text));
    await cloud.run();
    await local.sync(text);
    expectSame(cloud, local);
    expect(Object.keys(cloud.objects('conda/')).length).toBeGreaterThan(20);
    // Made of a wheel and of an sdist.
    expect(Object.keys(cloud.objects('conda/noarch/campus-quiz-'))).toHaveLength(1);
    expect(Object.keys(cloud.objects('conda/noarch/campus-graphs-'))).toHaveLength(1);
    expect(await damage(cloud)).toEqual([]);
    // The schedule finds nothing to do.
    const before = cloud.objects('conda/');
    await cloud.schedule('a-week-later');
    await cloud.run();
    expect(cloud.objects('conda/')).toEqual(before);
  });
});
