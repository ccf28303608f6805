import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import type { Side } from '../../core/layout/sides.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { projectNameSchema } from '../../core/names/project-name.ts';
import type { OfferedFile } from '../../core/publish/publication.ts';
import { yank } from '../../core/steps/take-back/yank.ts';
import { indexPlaces } from '../../local/pipeline/index-places.ts';
import { promoteFiles, publishFiles, type ServedReport } from '../../local/pipeline/publish-files.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { small } from '../support/cli/start-lab.ts';
import { type CloudLab, startCloudLab } from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { offlineShell, testGate } from '../support/gate/test-gate.ts';
import { offer } from '../support/publish/publish-scene.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { key } from '../support/store/objects.ts';

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(async () => {
  cloud = lab.cloud();
  await cloud.allowlist({ ...lab.allowing('a'), reserved: ['acme'] });
  await cloud.run();
});

const name = projectNameSchema.parse('acme-tool');
const fileName = 'acme_tool-1.0-py3-none-any.whl';
const wheel = buildWheel({ fileName });

/** A role that may publish to a side; while it waits for the index, the stack works. */
function publisher(to: Side) {
  const parsed = parseAllowlist(Buffer.from(JSON.stringify({ ...lab.allowing('a'), reserved: ['acme'] })), 'x');
  if (!parsed.ok) throw new Error('no allowlist');
  const clock = {
    now: () => cloud.now,
    random: () => 0.5,
    async sleep(milliseconds: number) {
      cloud.now += milliseconds;
      await cloud.run();
    },
  };
  const { solver } = cloud.world();
  const store = cloud.publisher(to);
  const publishing = { to, allowlist: parsed.allowlist, log: () => {}, by: null, mayPublish: () => true };
  return { store, solver, clock, ...offlineShell, ...publishing };
}

async function publish(to: Side, files: Readonly<Record<string, Uint8Array>>): Promise<ServedReport> {
  await using held = new AsyncDisposableStack();
  const world = publisher(to);
  const offered: OfferedFile[] = [];
  for (const [file, bytes] of Object.entries(files)) offered.push(held.use(await offer(world.store, file, bytes)));
  return publishFiles(offered, world);
}

const text = (at: string) => Buffer.from(cloud.bucket.objects.get(key(at))?.bytes ?? []).toString();

describe('a role that may publish', () => {
  it('into staging, and nothing else, has it listed by the stack, and what it promotes is the same', async () => {
    const { filename, bytes } = await buildPackage(small('acme-lib 1.0', [], { subdir: 'linux-64' }));
    const before = cloud.objects('conda/');
    expect(await publish('staging', { [fileName]: wheel, [filename]: bytes })).toMatchObject({
      problems: [],
      unlisted: [],
    });
    expect(text('staging/simple/acme-tool/index.json')).toContain(sha256Of(wheel));
    expect(text('staging/conda/linux-64/repodata.json')).toContain(filename);
    expect(cloud.objects('conda/')).toEqual(before);
    expect(cloud.objects('simple/')).toEqual({});
    expect(await promoteFiles({ name, version: '1.0' }, publisher('channel'))).toMatchObject({
      problems: [],
      unlisted: [],
    });
    expect(text('simple/acme-tool/index.json')).toContain(sha256Of(wheel));
    expect(cloud.objects('staging/simple/acme-tool/')).toHaveProperty([`staging/simple/acme-tool/${fileName}`]);
    expect(cloud.dead).toEqual([]);
  });

  it('into staging may not promote', async () => {
    await publish('staging', { [fileName]: wheel });
    const staging = { ...publisher('channel'), store: cloud.publisher('staging') };
    await expect(promoteFiles({ name, version: '1.0' }, staging)).rejects.toMatchObject({ code: 'store.denied' });
    expect(cloud.objects('simple/')).toEqual({});
  });

  it('into the channel may yank, if it was let, and leaves the rest to the stack', async () => {
    await publish('channel', { [fileName]: wheel });
    const { allowlist, ...world } = publisher('channel');
    const yanking = { ...world, gate: testGate(world.store), channel: 'conda', allowlist } as const;
    const report = await yank({ name, version: '1.0', reason: 'broken' }, yanking);
    expect(report).toMatchObject({ problems: [], projects: [name] });
    expect(await indexPlaces(report, allowlist, yanking)).toEqual([]);
    await cloud.run();
    expect(text('simple/acme-tool/index.json')).toContain('"yanked":"broken"');
    const other = { ...yanking, store: cloud.publisher('staging') };
    await expect(yank({ name, version: '1.0', reason: null }, other)).rejects.toMatchObject({ code: 'store.denied' });
  });

  it('is told what the stack did not list in three minutes', async () => {
    cloud.drop = () => true;
    const { files, unlisted } = await publish('staging', { [fileName]: wheel });
    expect(files.map(({ status }) => status)).not.toContain('present');
    expect(unlisted).toMatchObject(files.map(({ key: at }) => ({ code: 'publish.unlisted', subject: at })));
    cloud.drop = () => false;
    await cloud.reconcile();
    expect(await publish('staging', { [fileName]: wheel })).toMatchObject({ unlisted: [] });
  });
});
