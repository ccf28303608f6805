import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { objectKeySchema } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { publish } from '../../../core/steps/publish.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { awaitListed } from '../../../local/pipeline/await-listed.ts';
import { serveStore } from '../../../local/serve/serve-store.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { offer } from '../../support/publish/publish-scene.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { pipDownload } from '../pip-download.ts';
import type { Scene } from './scene.ts';

const fileName = 'acme_tool-1.0-py3-none-any.whl';
const wheel = buildWheel({ fileName });

/** What an organisation publishes: staged, tried, promoted. */
export function publishChecks(scene: () => Scene): void {
  describe('a tool of the organisation', () => {
    it('that is staged is listed by the stack, and pip takes it from there', async () => {
      const { store } = scene().deployment;
      await using solver = rattlerSolver();
      await using offered = await offer(store, fileName, wheel);
      const allowlist = acceptAllowlist(await readFile(scene().allowlist), 'the allowlist');
      const world = { store, to: 'staging', allowlist, solver, clock: systemClock, log: () => {}, by: null } as const;
      // Without the index that the command makes where it may: the stack's own is meant.
      const gate = testGate(stagingStore(store), { clock: systemClock });
      const { files, problems } = await publish([offered], { ...world, gate, mayPublish: () => true });
      expect(problems).toEqual([]);
      const keys = files.map(({ key }) => objectKeySchema.parse(key.replace(/^staging\//, '')));
      expect(keys).toContain(`simple/acme-tool/${fileName}`);
      expect(await awaitListed(keys, { ...world, store: stagingStore(store) })).toEqual([]);
      await expectTaken(scene(), 'staging/simple/');
    });

    it('that is promoted is the same in the channel', async () => {
      const { deployment, folder } = scene();
      const store = `s3://${deployment.outputs.Bucket}`;
      const promoted = await runCli(['promote', 'acme-tool', '1.0', '--store', store], { cwd: folder });
      expect(promoted, promoted.stderr).toMatchObject({ status: 0 });
      await expectTaken(scene(), 'simple/');
    });
  });
}

async function expectTaken({ deployment, folder }: Scene, index: string): Promise<void> {
  await using served = await serveStore({ store: deployment.store, port: 0 });
  const taken = join(folder, 'own', index);
  const asked = { index: `${served.url}/${index}`, python: '3.11', folder: taken };
  const { stdout, code } = await pipDownload('acme-tool', asked);
  expect(code, stdout).toBe(0);
  expect(await readdir(taken)).toEqual([fileName]);
  expect(sha256Of(await readFile(join(taken, fileName)))).toBe(sha256Of(wheel));
}
