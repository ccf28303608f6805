import { readFile, writeFile } from 'node:fs/promises';
import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { allowlistKey, objectKeySchema } from '../../../core/layout/keys.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { small } from '../../support/cli/start-lab.ts';
import type { Deployment } from '../deployment.ts';
import { objectVersions } from '../empty-bucket.ts';
import { latestRun, nextRun, settledPlan } from '../follow-run.ts';
import { attributesOf } from '../hurry-queue.ts';
import { readRepodata } from '../read-repodata.ts';
import { until } from '../until.ts';
import type { Scene } from './scene.ts';

const subdir = subdirSchema.parse('linux-64');

/** What cannot be read is not deployed; a bucket outlives its stack, and another stack takes it. */
export function keptBucketChecks(scene: () => Scene): void {
  describe('an allowlist that cannot be read', () => {
    it('is not deployed: the command says where, and the bucket stays as it is', async () => {
      const { deployment, allowlist } = scene();
      const versions = () => objectVersions(deployment.s3, deployment.outputs.Bucket);
      const [before, sound] = [await versions(), await readFile(allowlist, 'utf8')];
      await writeFile(allowlist, sound.replace(/,/, ''));
      await expect(deployment.deploy()).rejects.toThrow(/allowlist\.json:\d+:\d+: /);
      await writeFile(allowlist, sound);
      expect(await versions()).toEqual(before);
    });
  });

  describe('a bucket whose stack is gone', () => {
    // What was checked before may have left the channel to another allowlist.
    beforeAll(async () => {
      const { deployment, allowlist } = scene();
      const run = await latestRun(deployment);
      await deployment.store.put(allowlistKey, await readFile(allowlist));
      await settledPlan(deployment, await nextRun(deployment, run));
    }, 300_000);

    it('keeps what it has, and notifies nobody of ours', async () => {
      const { deployment } = scene();
      const { Bucket } = deployment.outputs;
      const before = await readRepodata(deployment, subdir);
      expect(Object.keys(before).length).toBeGreaterThan(5);
      await deployment.destroy();
      expect(await readRepodata(deployment, subdir)).toEqual(before);
      expect(await notifiedQueues(deployment, Bucket)).toEqual([]);
    });

    it('is taken by another stack: the sync finds all of it there', async () => {
      const { deployment } = scene();
      const { Bucket: bucket } = deployment.outputs;
      const [before, run] = [await readRepodata(deployment, subdir), await latestRun(deployment)];
      await deployment.deploy({ bucket });
      expect(deployment.outputs.Bucket).toBe(bucket);
      await settledPlan(deployment, await nextRun(deployment, run));
      expect(await readRepodata(deployment, subdir)).toEqual(before);
      expect(await deployment.deploy({ bucket })).toContain('(no changes)');
    });

    it('has what comes in indexed again, and rules of others stay, whatever becomes of the stack', async () => {
      const { deployment } = scene();
      const { Bucket } = deployment.outputs;
      const other = await addRule(deployment, Bucket);
      await deployment.deploy({ bucket: Bucket, retain: '30' });
      const { filename, bytes } = await buildPackage(small('kept 1.0', [], { subdir }));
      const key = objectKeySchema.parse(`conda/${subdir}/${filename}`);
      expect(await deployment.store.put(key, bytes, { absent: true })).toMatchObject({ status: 'written' });
      await until('what came in is in the index', deployment, async () => {
        return filename in (await readRepodata(deployment, subdir));
      });
      await deployment.destroy();
      expect(await notifiedQueues(deployment, Bucket)).toEqual([other]);
    });
  });
}

async function rulesOf({ s3 }: Deployment, Bucket: string): Promise<QueueConfiguration[]> {
  const { QueueConfigurations = [] } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  return QueueConfigurations;
}

const notifiedQueues = async (deployment: Deployment, bucket: string): Promise<(string | undefined)[]> =>
  (await rulesOf(deployment, bucket)).map(({ QueueArn }) => QueueArn);

/** A rule that is no business of ours, to a queue of the stack's that nothing else notifies. Gives the queue's ARN. */
async function addRule(deployment: Deployment, Bucket: string): Promise<string | undefined> {
  const { QueueArn } = await attributesOf(deployment.sqs, deployment.outputs.sweepDeadLetters);
  const Filter = { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'logs/' }] } };
  const QueueConfigurations = [
    ...(await rulesOf(deployment, Bucket)),
    { Id: 'others', QueueArn, Events: ['s3:ObjectCreated:*' as const], Filter },
  ];
  const command = new PutBucketNotificationConfigurationCommand({
    Bucket,
    NotificationConfiguration: { QueueConfigurations },
    SkipDestinationValidation: true,
  });
  await deployment.s3.send(command);
  return QueueArn;
}
