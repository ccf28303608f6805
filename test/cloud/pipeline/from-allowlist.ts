import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryCache } from '../../../adapters/cache-memory.ts';
import { compressBzip2 } from '../../../adapters/compress-bzip2/compress-bzip2.ts';
import { httpFetch } from '../../../adapters/http-fetch.ts';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { sync } from '../../../local/pipeline/sync.ts';
import { buildSampleChannel, sampleAllowlist, samplePlatforms } from '../../../local/sample/sample-channel.ts';
import { buildSampleIndex } from '../../../local/sample/sample-index.ts';
import { type FolderServer, serveFolder } from '../../../local/sample/serve-folder.ts';
import { serveStore } from '../../../local/serve/serve-store.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { memoryStore, newBucket } from '../../twins/store-memory.ts';
import { appOutput, contentsBelow, deadLetters, noDeadLetters, openScene, type Scene } from './scene.ts';

const clockStandsAt = Date.UTC(2026, 0, 1);
const solveScript = fileURLToPath(new URL('../../support/served/solve-over-http.ts', import.meta.url));

describe('the stack, from the allowlist to the proof', { shuffle: false }, () => {
  let folder: TemporaryFolder;
  let upstream: FolderServer;
  let out: string;
  let allowlist: string;
  let scene: Scene;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await buildSampleChannel(join(folder.path, 'upstream'));
    await buildSampleIndex(join(folder.path, 'upstream'));
    upstream = await serveFolder(join(folder.path, 'upstream'));
    allowlist = sampleAllowlist(upstream.url, `${upstream.url}/simple`);
    out = await appOutput(folder, allowlist);
    scene = await openScene(out, { clockStandsAt });
    await scene.stack.rest();
  });
  afterAll(async () => {
    await upstream.close();
    await folder[Symbol.asyncDispose]();
  });

  /** What `gatehouse sync` makes of the same allowlist in a store of its own, at the same time. */
  async function locallySynced() {
    const bucket = newBucket();
    await using solver = rattlerSolver();
    const clock = { ...systemClock, now: () => clockStandsAt };
    const outside = {
      clock,
      solver,
      judgedBy: '0.0.0',
      bzip2: compressBzip2,
      fetch: httpFetch(),
      cache: memoryCache(),
      [Symbol.asyncDispose]: async () => {},
    };
    const accepted = acceptAllowlist(Buffer.from(allowlist), 'allowlist.json');
    await sync(accepted, { channel: 'conda', store: memoryStore({}, bucket), ...outside }, () => {});
    return bucket.objects;
  }

  it('serves byte for byte what a sync on the command line serves', async () => {
    const local = await locallySynced();
    expect(Object.keys(scene.contents('conda/')).length).toBeGreaterThan(30);
    expect(Object.keys(scene.contents('simple/')).filter((key) => key.endsWith('.whl'))).toHaveLength(3);
    for (const prefix of ['conda/', 'simple/', '_gatehouse/provenance/', '_gatehouse/proof/'])
      expect(scene.contents(prefix)).toEqual(contentsBelow(prefix, local));
    expect(deadLetters(scene)).toEqual(noDeadLetters);
  });

  it('rattler solves from the served bucket, and verify finds nothing', async () => {
    await using served = await serveStore({ store: scene.store, port: 0 });
    const { stdout } = await promisify(execFile)(process.execPath, [
      solveScript,
      `${served.url}/conda`,
      'campus-notebook ==2.0.0',
    ]);
    expect(JSON.parse(stdout)).toContain('campus-notebook-2.0.0-pyhd8ed1ab_0.conda');
    expect(await scene.damage(samplePlatforms)).toEqual([]);
  });

  it('the schedule finds nothing to do: no served object is written again', async () => {
    const served = () => ({ ...scene.tags('conda/'), ...scene.tags('simple/') });
    const before = served();
    const writes = scene.stack.cloud.requests.length;
    await scene.stack.fire('ChannelSync');
    await scene.stack.rest();
    const since = scene.stack.cloud.requests.slice(writes);
    expect(since.some(({ operation, key }) => operation === 'PutObject' && key.startsWith('_gatehouse/plans/'))).toBe(
      true,
    );
    expect(since.filter(({ operation, key }) => operation === 'PutObject' && /^(?:conda|simple)\//.test(key))).toEqual(
      [],
    );
    expect(served()).toEqual(before);
  });

  it('what somebody deleted leaves the index, and the schedule brings it back', async () => {
    const served = () => ({ ...scene.contents('conda/'), ...scene.contents('simple/') });
    const before = served();
    const lost = Object.keys(before).filter((key) => /campus-fonts-1\.0|campus_text-1\.0.*\.whl$/.test(key));
    expect(lost).toHaveLength(2);
    for (const Key of lost) await scene.clients.s3.send(new DeleteObjectCommand({ Bucket: scene.stack.bucket, Key }));
    await scene.stack.rest();
    expect(served()['simple/campus-text/index.json']).not.toContain('campus_text-1.0');
    expect(scene.contents('conda/noarch/repodata.json')['conda/noarch/repodata.json']).not.toContain(
      'campus-fonts-1.0',
    );
    await scene.stack.fire('ChannelSync');
    await scene.stack.rest();
    expect(served()).toEqual(before);
  });

  it('an allowlist that is deployed anew starts a sync at once, and the same one does nothing', async () => {
    const before = scene.stack.cloud.requests.length;
    await scene.stack.update(out);
    await scene.stack.rest();
    expect(scene.stack.cloud.requests.length).toBe(before);
    const packages = ['campus-text'];
    await scene.stack.update(
      await appOutput(folder, JSON.stringify({ ...JSON.parse(allowlist), packages, environments: {} })),
    );
    await scene.stack.rest();
    const { entries } = JSON.parse(scene.contents('_gatehouse/proof/')['_gatehouse/proof/conda.json'] ?? '');
    expect(
      entries.map(({ entry, installable }: { entry: string; installable: boolean }) => [entry, installable]),
    ).toEqual(samplePlatforms.map(() => ['campus-text', true]));
    expect(await scene.damage(samplePlatforms)).toEqual([]);
    expect(deadLetters(scene)).toEqual(noDeadLetters);
  });

  it('ends with functions that wrote nothing unexpected', async () => {
    await scene[Symbol.asyncDispose]();
  });
});
