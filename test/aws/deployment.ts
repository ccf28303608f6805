import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { s3Store } from '../../adapters/store-s3/store-s3.ts';
import { parseJson } from '../../core/json/json.ts';
import type { Store } from '../../core/ports/store.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { bucketNames, emptyBucket, removeBucket } from './empty-bucket.ts';
import { qualifier, stackName, toolkitName } from './names.ts';
import { removeStack } from './remove-stack.ts';
import { type Cdk, runCdk } from './run-cdk.ts';

const outputsSchema = z.object({
  [stackName]: z.object({
    Bucket: z.string(),
    planQueue: z.url(),
    planDeadLetters: z.url(),
    jobQueue: z.url(),
    jobDeadLetters: z.url(),
    indexQueue: z.url(),
    indexDeadLetters: z.url(),
    proofQueue: z.url(),
    proofDeadLetters: z.url(),
    sweepQueue: z.url(),
    sweepDeadLetters: z.url(),
  }),
});
type Outputs = z.infer<typeof outputsSchema>[typeof stackName];

/** What is not said is as the stack has it. */
type DeployContext = Readonly<Record<string, string>>;

/** The stack, deployed from a bootstrap of its own; both go, with all they made, when it is disposed of. */
export interface Deployment extends AsyncDisposable {
  /** As the last deployment said. */
  readonly outputs: Outputs;
  readonly store: Store;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** Deploys again; gives what `cdk` printed. */
  deploy(context?: DeployContext): Promise<string>;
  /** Takes the stack down, and leaves its bucket. */
  destroy(): Promise<void>;
  /** What `cdk diff` prints; throws when there is a difference. */
  diff(): Promise<string>;
}

/** @param allowlist the path of a file, read by each deployment */
export async function startDeployment(
  { s3, sqs }: { readonly s3: S3Client; readonly sqs: SQSClient },
  allowlist: string,
): Promise<Deployment> {
  const folder = await temporaryFolder();
  const cdk: Cdk = (...args) => runCdk(folder.path, args);
  const given = ['-c', 'cdn=off', '-c', `allowlist=${allowlist}`];
  const outputsFile = join(folder.path, 'outputs.json');
  const deploy = async (context: DeployContext = {}) => {
    const more = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // Directly: an emulator may lose a change set.
    const flags = ['--require-approval', 'never', '--method', 'direct', '--outputs-file', outputsFile];
    const said = await cdk('deploy', stackName, '--toolkit-stack-name', toolkitName, ...flags, ...given, ...more);
    const outputs = parseJson(await readFile(outputsFile, 'utf8'), outputsSchema, 'the outputs')[stackName];
    return { said, outputs };
  };
  const end = async () => {
    await using _ = folder;
    await cleanUp(s3, cdk);
  };
  try {
    if ((await ourBuckets(s3)).length > 0) await cleanUp(s3, cdk);
    await cdk('bootstrap', '--qualifier', qualifier, '--toolkit-stack-name', toolkitName);
    const first = await deploy();
    const store = s3Store(first.outputs.Bucket, { client: s3 });
    let { outputs } = first;
    return {
      get outputs() {
        return outputs;
      },
      store,
      s3,
      sqs,
      async deploy(context) {
        const next = await deploy(context);
        outputs = next.outputs;
        return next.said;
      },
      destroy: () => removeStack(stackName, cdk),
      diff: () => cdk('diff', stackName, '--fail', ...given),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end().catch((left: unknown) => {
      throw new AggregateError([error, left], `${error}\nand then: ${left}`);
    });
    throw error;
  }
}

/** Also what an earlier run left that was ended. The bucket of the channel outlives its stack, and goes here. */
async function cleanUp(s3: S3Client, cdk: Cdk): Promise<void> {
  await removeStack(stackName, cdk);
  for (const name of await ourBuckets(s3)) {
    await (name.startsWith(channelBucket) ? removeBucket(s3, name) : emptyBucket(s3, name));
  }
  await removeStack(toolkitName, cdk);
  for (const name of await ourBuckets(s3)) await removeBucket(s3, name);
}

const channelBucket = `${stackName.toLowerCase()}-`;

const ourBuckets = async (s3: S3Client): Promise<string[]> =>
  (await bucketNames(s3)).filter((name) => name.startsWith(channelBucket) || name.startsWith(`cdk-${qualifier}-`));
