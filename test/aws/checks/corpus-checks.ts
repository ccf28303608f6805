import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { proofSchema } from '../../../core/documents/proof.ts';
import { allowlistKey, proofKey } from '../../../core/layout/keys.ts';
import { readJsonObject } from '../../../core/store/read-json-object.ts';
import { serveFolder } from '../../../local/sample/serve-folder.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { nothingAsked } from '../../support/gate/test-gate.ts';
import { latestRun, nextRun, proveNow, settledPlan } from '../follow-run.ts';
import { until } from '../until.ts';
import type { Scene } from './scene.ts';

/** One after the other into one channel: none has a file name of another's, or of the sample's (conda-forge has). */
const channels = [
  'conda-build-local',
  'legacy-2016',
  'pixi-trampoline_channel',
  'conda-test-recipes',
  'rattler-clobber',
];

const corpus = resolve(process.env['GATEHOUSE_CORPUS'] ?? '../shared/corpus');
const isThere = existsSync(join(corpus, 'CLOSURES.json'));

/** Packages that other people's tools made; without the corpus, what was generated is all there is. */
export function corpusChecks(scene: () => Scene): void {
  if (!isThere) return;
  describe('the corpus', () => {
    it.each(channels)('%s, whole', async (channel) => {
      const { deployment, folder } = scene();
      const { closedSpecs } = await import('../../support/solver/closures.ts');
      const specs = closedSpecs.filter((one) => one.channel === channel);
      const upstream = await serveFolder(join(corpus, 'channels', channel));
      try {
        const before = await latestRun(deployment);
        const platforms = [...new Set(specs.map(({ platform }) => platform))];
        const packages = specs.map(({ spec, platform }) => ({ spec, platforms: [platform] }));
        const allowlist = JSON.stringify({ channels: [upstream.url], platforms, packages, policy: nothingAsked });
        await deployment.store.put(allowlistKey, Buffer.from(allowlist));
        const plan = await settledPlan(deployment, await nextRun(deployment, before));
        expect(plan.problems).toEqual([]);
        expect(plan.artifacts.length).toBeGreaterThan(3);
        await proveNow(deployment);
        const entries = await until('all of it proved', deployment, async () => {
          const proof = await readJsonObject(deployment.store, proofKey('conda'), proofSchema);
          const proven = proof?.value.entries ?? [];
          return proven.length === packages.length && proven.every(({ installable }) => installable) && proven;
        });
        expect(new Set(entries.map(({ entry }) => entry))).toEqual(new Set(specs.map(({ spec }) => spec)));
        const file = join(folder, `${channel}.json`);
        await writeFile(file, allowlist);
        const store = `s3://${deployment.outputs.Bucket}`;
        const verified = await runCli(['verify', '--allowlist', file, '--store', store], { cwd: folder });
        expect(verified, verified.stderr).toMatchObject({ status: 0 });
      } finally {
        await upstream.close();
      }
    });
  });
}
