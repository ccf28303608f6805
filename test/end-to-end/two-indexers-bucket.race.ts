import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import type { CliRun } from '../support/cli/run-cli.ts';
import { small } from '../support/cli/start-lab.ts';
import { bucketHome, homeBucket } from '../support/cloud/bucket-home.ts';
import { cloudClients } from '../support/cloud/cloud-clients.ts';
import { seededRandom } from '../support/random.ts';

/** `GATEHOUSE_INDEX_SECONDS=60` (npm run soak:indexers) for a long look. */
const seconds = Number(process.env['GATEHOUSE_INDEX_SECONDS'] ?? 4);
const store = ['--store', `s3://${homeBucket}`];
const [Bucket, folder] = [homeBucket, 'conda/linux-64'];

it('two processes index one bucket while packages come and go: it ends with an index that verify calls clean', async () => {
  await using home = await bucketHome();
  await home.allow(['p0']);
  const { s3, destroy } = cloudClients(home.cloud.endpoint);
  const specs = Array.from({ length: 20 }, (_, i) => small(`p${i} 1.0`, [], i % 5 === 0 ? { format: '.tar.bz2' } : {}));
  const packages = await Promise.all(specs.map(buildPackage));
  // Every third conditional write of an index meets S3's "another write is under way".
  let writes = 0;
  home.cloud.fault = ({ operation, key }) => {
    if (operation !== 'PutObject' || !/\.(?:json|zst)$/.test(key)) return undefined;
    writes += 1;
    return writes % 3 === 0 ? { refuse: { status: 409, code: 'ConditionalRequestConflict' } } : undefined;
  };

  const end = performance.now() + seconds * 1000;
  const over = () => performance.now() > end;
  async function indexAgainAndAgain(): Promise<CliRun[]> {
    const runs: CliRun[] = [];
    do runs.push(await home.run(['index', ...store, '--json']));
    while (!over());
    return runs;
  }
  async function comeAndGo(): Promise<void> {
    const random = seededRandom(3);
    while (!over()) {
      const one = packages[Math.floor(random() * packages.length)];
      if (one === undefined) throw new Error('no packages');
      const object = { Bucket, Key: `${folder}/${one.filename}` };
      if (random() < 0.4) await s3.send(new DeleteObjectCommand(object));
      else await s3.send(new PutObjectCommand({ ...object, Body: one.bytes }));
      await readAsClient();
    }
  }
  /** Between two moves: what a client reads is whole at every moment. */
  async function readAsClient(): Promise<void> {
    const get = new GetObjectCommand({ Bucket, Key: `${folder}/repodata.json` });
    const text = await s3.send(get).then(
      ({ Body }) => Body?.transformToString(),
      (error: Error) => {
        expect(error.name).toBe('NoSuchKey');
        return undefined;
      },
    );
    if (text) parseJson(text, z.object({ 'packages.conda': z.object({}) }), 'repodata');
  }
  const [, ...lanes] = await Promise.all([comeAndGo(), indexAgainAndAgain(), indexAgainAndAgain()]);
  destroy();
  // The same few packages come and go faster than they can be looked at: that is given up in words, and nothing else is.
  for (const run of lanes.flat().filter(({ status }) => status !== 0)) {
    expect(run.stderr).toMatch(/^error: conda\/linux-64 kept changing while it was \w+\n$/);
  }
  const last = await home.run(['index', ...store]);
  expect(last.status, last.stderr).toBe(0);
  const { status, stderr } = await home.run(['verify', ...store]);
  expect([status, stderr]).toEqual([0, expect.stringContaining(' 0 problems')]);
}, 600_000);
