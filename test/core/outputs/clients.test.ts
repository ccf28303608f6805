import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Sha256 } from '../../../core/names/digest.ts';
import { currentRepodata } from '../../../core/outputs/current/current-repodata.ts';
import { repodata } from '../../../core/outputs/repodata.ts';
import { buildShards } from '../../../core/outputs/shards/build-shards.ts';
import { shardIndex } from '../../../core/outputs/shards/shard-index.ts';
import { serveFolder } from '../../../local/sample/serve-folder.ts';
import { formPackages } from '../../support/index/form-packages.ts';
import { collected, sourcesOf } from '../../support/index/form-source.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { startHttpClient } from '../../support/served/http-client.ts';

const sources = await sourcesOf(formPackages);
await using stack = new AsyncDisposableStack();
const held = stack.move();
afterAll(() => held.disposeAsync());
const folder = held.use(await temporaryFolder()).path;

async function write(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), bytes);
}

for (const [subdir, source] of sources) {
  await write(`flat/${subdir}/repodata.json`, await collected(repodata(source)));
  await write(`current/${subdir}/repodata.json`, await collected(currentRepodata(source)));
  const shards = new Map<string, Sha256>();
  for await (const { name, sha256, bytes } of buildShards(source)) {
    shards.set(name, sha256);
    await write(`shards/${subdir}/shards/${sha256}.msgpack.zst`, bytes);
  }
  await write(
    `shards/${subdir}/repodata_shards.msgpack.zst`,
    shardIndex({ subdir: source.subdir, createdAt: 0, shards }),
  );
}
const server = await serveFolder(folder);
held.defer(() => server.close());
const client = startHttpClient();
held.defer(async () => void (await client.close()));

const solve = (form: string, spec: string) =>
  client.solve({ channels: [`${server.url}/${form}`], platform: 'linux-64', specs: [spec], virtualPackages: {} });

describe('rattler', () => {
  const specs = [
    'beta',
    'beta <2',
    'beta-b',
    'delta',
    'delta <1',
    'libc',
    'libc 1.*',
    'gamma',
    'alpha <1.5',
    'alpha',
    'nothing',
  ];

  test.each(specs)('solves %s from shards as from repodata.json', async (spec) => {
    const flat = await solve('flat', spec);
    const sharded = await solve('shards', spec);
    expect('files' in flat).toBe(spec !== 'nothing');
    if ('refused' in flat) expect(sharded).toHaveProperty('refused');
    else expect(sharded).toEqual(flat);
  });

  test('reads shards and no repodata.json where there are shards', async () => {
    const before = server.requests.length;
    expect(await solve('shards', 'gamma')).toHaveProperty('files');
    const asked = server.requests.slice(before).filter((request) => request.endsWith('repodata.json'));
    expect(asked).toEqual([]);
  });

  test.each(['beta', 'delta', 'libc', 'beta-b'])(
    'solves the newest %s from current_repodata.json as from all',
    async (spec) => {
      expect(await solve('current', spec)).toEqual(await solve('flat', spec));
    },
  );
});
