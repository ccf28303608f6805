import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../adapters/system-clock.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { fileProvenanceKey, simpleFileKey, simpleMetadataKey } from '../../core/layout/keys.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { verify } from '../../core/steps/verify.ts';
import { stagingStore } from '../../core/store/staging-store.ts';
import { index } from '../../lambdas/indexer.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { small } from '../support/cli/start-lab.ts';
import {
  batch,
  type CloudLab,
  failing,
  inTime,
  listed,
  notification,
  startCloudLab,
} from '../support/cloud/cloud-lab.ts';
import type { SmallCloud } from '../support/cloud/small-cloud.ts';
import { buildSdist } from '../support/python/build-sdist.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { enteringWheel } from '../support/simple/simple-scene.ts';
import { key } from '../support/store/objects.ts';
import { memoryStore } from '../twins/store-memory.ts';

let lab: CloudLab;
beforeAll(async () => {
  lab = await startCloudLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

let cloud: SmallCloud;
beforeEach(() => {
  cloud = lab.cloud();
});

const staged = () => stagingStore(memoryStore({}, cloud.bucket));
const stagedIndex = (subdir: string) => cloud.bucket.objects.get(key(`staging/conda/${subdir}/repodata.json`))?.bytes;
const stagedPage = () =>
  Buffer.from(cloud.bucket.objects.get(key('staging/simple/demo/index.json'))?.bytes ?? []).toString();
const served = () => ({ ...cloud.objects('conda/'), ...cloud.objects('simple/'), ...cloud.objects('_gatehouse/') });

async function stagePackage(name: string, subdir: 'linux-64' | 'noarch'): Promise<void> {
  const { filename, bytes } = await buildPackage(small(`${name} 1.0`, [], { subdir }));
  await staged().put(key(`conda/${subdir}/${filename}`), bytes, { absent: true });
}

const fileName = 'demo-1.0-py3-none-any.whl';

/** A wheel of the organisation's own, in the order in which a publication writes it. */
async function stageWheel(): Promise<void> {
  const origin = { type: 'published', by: null } as const;
  const { name, bytes, metadata, provenance } = enteringWheel({ fileName }, { origin });
  const absent = { absent: true } as const;
  const at = fileProvenanceKey(name.project, name.fileName, provenance.sha256);
  await staged().put(at, Buffer.from(canonicalJson(provenance)), absent);
  await staged().put(simpleMetadataKey(name.project, name.fileName), metadata, absent);
  await staged().put(simpleFileKey(name.project, name.fileName), bytes, absent);
}

describe('what somebody copies in for pip', () => {
  const sdistName = 'demo-1.0.tar.gz';

  it.each(['simple', 'staging/simple'])('is adopted below %s/, once, and comes to rest', async (folder) => {
    await cloud.put(key(`${folder}/demo/${sdistName}`), buildSdist());
    await cloud.put(key(`${folder}/demo/${fileName}`), buildWheel({ fileName }));
    await cloud.run();
    const page = Buffer.from(cloud.bucket.objects.get(key(`${folder}/demo/index.json`))?.bytes ?? []).toString();
    for (const file of [sdistName, fileName]) expect(page).toContain(`"${file}"`);
    expect(cloud.objects(`${folder}/demo/${fileName}.metadata`)).not.toEqual({});
    const other = folder === 'simple' ? 'staging/' : 'simple/';
    expect(cloud.objects(other)).toEqual({});
    expect(cloud.dead.filter(({ queue }) => queue === 'indexer')).toEqual([]);
  });
});

describe('what is staged', () => {
  it('is indexed by its events, with every subdir of the allowlist beside it, and the channel is not touched', async () => {
    await lab.synced(cloud);
    const before = cloud.objects('conda/');
    await stagePackage('mine', 'linux-64');
    await cloud.run();
    expect(Buffer.from(stagedIndex('linux-64') ?? []).toString()).toContain('mine-1.0-0.conda');
    expect(stagedIndex('noarch')).toBeDefined();
    expect(cloud.objects('conda/')).toEqual(before);
    expect(listed(cloud)).toEqual(['a-1.0-0.conda', 'b-1.0-0.conda']);
    await memoryStore({}, cloud.bucket).delete(key('staging/conda/linux-64/mine-1.0-0.conda'));
    await cloud.run();
    expect(Buffer.from(stagedIndex('linux-64') ?? []).toString()).not.toContain('mine-1.0-0.conda');
    expect(cloud.dead).toEqual([]);
  });

  it('is a whole channel once anything is staged, be it for pip, and has each subdir that the allowlist gains', async () => {
    await lab.synced(cloud);
    expect(stagedIndex('noarch')).toBeUndefined();
    await stageWheel();
    await cloud.run();
    expect([stagedIndex('noarch'), stagedIndex('linux-64')]).not.toContain(undefined);
    expect(stagedIndex('win-64')).toBeUndefined();
    await cloud.allowlist({ ...lab.allowing('a'), platforms: ['linux-64', 'win-64'] });
    await cloud.run();
    expect(stagedIndex('win-64')).toBeDefined();
    const { problems } = await verify(
      ['linux-64', 'win-64'].map((name) => subdirSchema.parse(name)),
      {
        store: staged(),
        channel: 'conda',
        clock: systemClock,
        log: () => {},
      },
    );
    expect(problems.filter(({ code }) => code !== 'verify.name')).toEqual([]);
  });

  it('has pages for pip of its own, with what its control says', async () => {
    await stageWheel();
    await cloud.put(
      key('_gatehouse/staging/control/simple/demo.json'),
      Buffer.from(canonicalJson({ version: 1, files: { [fileName]: { why: [] } } })),
    );
    await cloud.run();
    expect(stagedPage()).toContain(fileName);
    expect(cloud.objects('simple/')).toEqual({});
    const withdrawn = { why: [], withdrawn: { at: 1, reason: 'broken' } };
    await cloud.put(
      key('_gatehouse/staging/control/simple/demo.json'),
      Buffer.from(canonicalJson({ version: 1, files: { [fileName]: withdrawn } })),
    );
    await cloud.run();
    expect(stagedPage()).not.toContain(fileName);
  });

  it('is healed by the daily round of what an event that was lost would have told', async () => {
    cloud.drop = () => true;
    await stagePackage('mine', 'linux-64');
    await stageWheel();
    cloud.drop = () => false;
    const told: string[] = [];
    cloud.drop = (body) => told.push(body) < 0;
    await cloud.reconcile();
    expect(told).toEqual([
      '{"type":"index","subdir":"noarch"}',
      '{"type":"index","subdir":"linux-64","staging":true}',
      '{"type":"index","subdir":"noarch","staging":true}',
      '{"type":"index","project":"demo","staging":true}',
    ]);
    await cloud.run();
    expect(Buffer.from(stagedIndex('linux-64') ?? []).toString()).toContain('mine-1.0-0.conda');
  });

  it('fails alone, by its own name, and is told and invalidated by its place in the bucket', async () => {
    await lab.synced(cloud);
    cloud.drop = () => true;
    await cloud.put(key('_gatehouse/staging/control/conda/noarch.json'), Buffer.from('{'));
    await stagePackage('mine', 'linux-64');
    await cloud.put(key('staging/conda/Linux-64/x-1.0-0.conda'), Buffer.from('x'));
    const before = served();
    const told = ['linux-64/mine-1.0-0.conda', 'Linux-64/x-1.0-0.conda'].map((at) =>
      notification(`staging/conda/${at}`),
    );
    const paths: string[] = [];
    const invalidate = async (some: readonly string[]) => void paths.push(...some);
    const world = { ...cloud.world(), queue: { send: async () => {} }, invalidate };
    const bodies = [...told, notification('conda/noarch/x-1-0.conda'), notification('conda/linux-64/a-1.0-0.conda')];
    expect(await index({ Records: batch(...bodies) }, world, inTime)).toEqual(failing('m0'));
    expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/^failed: index of noarch \(staging\)/));
    expect(cloud.telemetry.lines).toContainEqual(expect.stringMatching(/"subject":"staging\/conda\/Linux-64\/x-1/));
    expect(paths).toContain('/staging/conda/linux-64/repodata.json');
    expect(paths.filter((path) => !path.startsWith('/staging/'))).toEqual([]);
    const ofChannel = Object.entries(served()).filter(([at]) => !at.startsWith('_gatehouse/staging/'));
    expect(ofChannel).toEqual(Object.entries(before).filter(([at]) => !at.startsWith('_gatehouse/staging/')));
  });
});
