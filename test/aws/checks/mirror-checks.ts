import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { proofSchema } from '../../../core/documents/proof.ts';
import { parseJson } from '../../../core/json/json.ts';
import { proofKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Store } from '../../../core/ports/store.ts';
import { readJsonObject } from '../../../core/store/read-json-object.ts';
import { samplePlatforms } from '../../../local/sample/sample-channel.ts';
import { serveStore } from '../../../local/serve/serve-store.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { small } from '../../support/cli/start-lab.ts';
import { buildCourseChannel } from '../course-upstream.ts';
import { objectVersions } from '../empty-bucket.ts';
import { latestRun, nextRun, proveNow, settledPlan } from '../follow-run.ts';
import { until } from '../until.ts';
import type { Scene } from './scene.ts';

/** From an allowlist to a channel that installs. */
export function mirrorChecks(scene: () => Scene): void {
  describe('the deployed stack', () => {
    it('syncs when the allowlist is deployed: what the command line makes of the same upstream', async () => {
      const { deployment } = scene();
      await settledPlan(deployment, await nextRun(deployment, null));
      await expectSameAsLocal(scene());
      await expectProved(scene());
    });

    it('is a channel that rattler solves from, and verifies clean', async () => {
      const { deployment, folder, allowlist } = scene();
      await using server = await serveStore({ store: deployment.store, port: 0 });
      const solver = resolve(import.meta.dirname, '../../support/served/solve-over-http.ts');
      const args = [solver, `${server.url}/conda`, 'campus-notebook ==2.0.0', 'campus-stats'];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const chosen = parseJson(stdout, z.array(z.string()), 'the solution');
      expect(chosen).toContain('campus-notebook-2.0.0-pyhd8ed1ab_0.conda');
      expect(chosen).toContain('campus-stats-1.4.0-h2b7d9e1_0.conda');
      const store = `s3://${deployment.outputs.Bucket}`;
      const verified = await runCli(['verify', '--allowlist', allowlist, '--store', store], { cwd: folder });
      expect(verified, verified.stderr).toMatchObject({ status: 0 });
    });

    it('stays as it is when it is deployed again', async () => {
      const { deployment } = scene();
      // An object that was written again is there twice.
      const versions = () => objectVersions(deployment.s3, deployment.outputs.Bucket);
      const [before, run] = [await versions(), await latestRun(deployment)];
      expect(await deployment.deploy()).toContain('(no changes)');
      expect(await deployment.diff()).toContain('Number of stacks with differences: 0');
      expect(await versions()).toEqual(before);
      expect(await latestRun(deployment)).toBe(run);
    });

    it('syncs what came upstream since when the schedule says so', async () => {
      const { deployment, upstreamFolder } = scene();
      const before = await latestRun(deployment);
      const newer = samplePlatforms.map((subdir) =>
        small('campus-stats 1.5.0', ['campus-base >=1.0,<3.0a0'], { subdir }),
      );
      await buildCourseChannel(upstreamFolder, newer);
      await deployment.deploy({ schedule: 'rate(1 minute)' });
      await nextRun(deployment, before);
      await deployment.deploy();
      const run = await latestRun(deployment);
      if (run === null) throw new Error('a run was there');
      const plan = await settledPlan(deployment, run);
      expect(plan.artifacts.map(({ filename }) => filename)).toContain('campus-stats-1.5.0-0.conda');
      await expectSameAsLocal(scene());
      await expectProved(scene());
    });
  });
}

/** The same allowlist synced by the command line to a folder, the second time over what the first one left. */
async function expectSameAsLocal({ deployment, folder, allowlist }: Scene): Promise<void> {
  const store = join(folder, 'local');
  const synced = await runCli(['sync', '--allowlist', allowlist, '--store', store], { cwd: folder });
  expect(synced, synced.stderr).toMatchObject({ status: 0 });
  const local = await contents(folderStore(store));
  expect(Object.keys(local).length).toBeGreaterThan(30);
  expect(await contents(deployment.store)).toEqual(local);
}

async function expectProved({ deployment }: Scene): Promise<void> {
  // It would wait for the index to be at rest for two minutes.
  await proveNow(deployment);
  const { entries } = await until('a proof', deployment, async () => {
    return (await readJsonObject(deployment.store, proofKey('conda'), proofSchema))?.value;
  });
  expect(entries.length).toBeGreaterThan(10);
  expect(entries.filter(({ installable }) => !installable)).toEqual([]);
}

/** What is served, by key: documents but for when a package came in, other objects as a hash. */
async function contents(store: Store): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key, bytes } of served(store)) {
    const document = key.endsWith('.json.zst') ? zstdDecompressSync(bytes) : key.endsWith('.json') ? bytes : null;
    found[key] =
      document === null
        ? sha256Of(bytes)
        : Buffer.from(document)
            .toString()
            .replaceAll(/"indexed_timestamp":\d+/g, '"indexed_timestamp":0');
  }
  return found;
}

/** What conda and what pip reads. */
async function* served(store: Store): AsyncGenerator<{ readonly key: string; readonly bytes: Uint8Array }> {
  for (const prefix of ['conda/', 'simple/']) {
    for await (const { key } of store.list(prefix)) {
      const object = await store.read(key);
      if (object !== null) yield object;
    }
  }
}
