import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { refusalOf } from '../adapters/aws-refusal.ts';
import { s3Client } from '../adapters/store-s3/bucket.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { type Deployed, deployedSchema } from '../core/documents/deployed.ts';
import { canonicalJson, parseValue } from '../core/json/json.ts';
import { allowlistKey, deployedKey, type ObjectKey, objectKeySchema, patchKey } from '../core/layout/keys.ts';
import { subdirSchema } from '../core/names/subdir.ts';
import type { Clock } from '../core/ports/clock.ts';
import { shownText } from '../core/problems/shown-text.ts';
import { bucketRequestSchema, setUpBucket } from './bucket-setup.ts';

/** Whether a key is the allowlist's, or that of a subdir's hotfixes. */
function isTarget(key: ObjectKey): boolean {
  const [, name] = /^_gatehouse\/patches\/([^/]+)\.json$/.exec(key) ?? [];
  const subdir = subdirSchema.safeParse(name);
  return key === allowlistKey || (subdir.success && key === patchKey(subdir.data));
}

const fileSchema = z.object({
  /** Where the deployment put the file; the key holds its hash, so that another file is another resource. */
  bucket: z.string().min(3),
  key: z.string().min(1),
  target: objectKeySchema.refine(isTarget, 'is neither the allowlist nor the patches of a subdir'),
});
const filesSchema = z.object({ files: z.array(fileSchema) });

/** Without the version, which CloudFormation would make a text of. */
const describedSchema = z.object({ deployed: deployedSchema.omit({ version: true }) });
const propertiesSchema = z.union([filesSchema, describedSchema]);

const identity = { StackId: z.string(), RequestId: z.string(), LogicalResourceId: z.string(), ResponseURL: z.url() };
const requestSchema = z.discriminatedUnion('RequestType', [
  z.object({ ...identity, RequestType: z.literal('Create'), ResourceProperties: propertiesSchema }),
  z.object({
    ...identity,
    RequestType: z.literal('Update'),
    ResourceProperties: propertiesSchema,
    OldResourceProperties: z.unknown(),
  }),
  z.object({ ...identity, RequestType: z.literal('Delete'), ResourceProperties: z.unknown() }),
]);
type Request = z.infer<typeof requestSchema>;
type DeployRequest = Exclude<Request, { RequestType: 'Delete' }>;

export interface DeployWorld {
  readonly bucket: string;
  readonly client: Pick<S3Client, 'send'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Puts a body to the URL at which CloudFormation waits for an hour when nothing comes. */
  readonly answer: (url: string, body: string) => Promise<void>;
}

/**
 * Three CloudFormation custom resources: one copies the repository's allowlist and hotfixes into the bucket, and deletes
 * nothing; one keeps there what the stack is, as long as it is; one sets up the bucket (lambdas/bucket-setup.ts). An error is
 * an answer too: without one a deployment hangs for an hour.
 */
export async function copyRepositoryFiles(event: unknown, world: DeployWorld): Promise<void> {
  const request = parseValue(event, z.looseObject(identity), 'the event');
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = request;
  const PhysicalResourceId = isDescription(event) ? 'gatehouse-deployed' : 'gatehouse-files';
  const reply = { StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  const outcome = await deploy(event, world).then(
    () => ({ Status: 'SUCCESS' }),
    (error: unknown) => ({ Status: 'FAILED', Reason: reasonOf(error) }),
  );
  await world.answer(ResponseURL, JSON.stringify({ ...reply, ...outcome }));
}

/** CloudFormation takes 4,096 bytes of an answer in all, and fails for another reason beyond. */
const maxReasonCharacters = 500;
const reasonOf = (error: unknown): string =>
  shownText(error instanceof Error ? error.message : String(error)).slice(0, maxReasonCharacters);

/** Whether a request is of the resource that says what the stack is, sound or not. */
const isDescription = (event: unknown): boolean =>
  z.object({ ResourceProperties: z.object({ deployed: z.unknown() }) }).safeParse(event).success;

async function deploy(event: unknown, world: DeployWorld): Promise<void> {
  const setUp = bucketRequestSchema.safeParse(event);
  if (setUp.success) return await onceAllowed(() => setUpBucket(setUp.data, world.client), world);
  const request = parseValue(event, requestSchema, 'the event');
  if (request.RequestType === 'Delete') {
    if (isDescription(event)) await forget(world);
    return;
  }
  const { ResourceProperties: properties } = request;
  if ('deployed' in properties) await describe(properties.deployed, world);
  else await deployAll(properties, request, world);
}

async function describe(stack: Omit<Deployed, 'version'>, { client, bucket }: DeployWorld): Promise<void> {
  const deployed: Deployed = { version: 1, ...stack };
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: deployedKey, Body: canonicalJson(deployed) }));
}

/** The bucket outlives the stack, and nobody fills it any more. */
async function forget({ client, bucket }: DeployWorld): Promise<void> {
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: deployedKey }));
}

async function deployAll(
  { files }: z.infer<typeof filesSchema>,
  request: DeployRequest,
  world: DeployWorld,
): Promise<void> {
  const targets = new Set(files.map(({ target }) => target));
  for (const target of targetsBefore(request)) if (!targets.has(target)) await clear(target, world);
  // The allowlist last: what starts a run then finds all else in its place.
  const inOrder = files.toSorted((a, b) => Number(a.target === allowlistKey) - Number(b.target === allowlistKey));
  for (const file of inOrder) await copy(file, world);
}

/** The keys that the deployment before this one wrote. */
function targetsBefore(request: DeployRequest): ObjectKey[] {
  if (request.RequestType !== 'Update') return [];
  const old = filesSchema.safeParse(request.OldResourceProperties);
  return old.data?.files.map(({ target }) => target) ?? [];
}

async function copy({ bucket, key, target }: z.infer<typeof fileSchema>, world: DeployWorld): Promise<void> {
  const CopySource = `${bucket}/${encodeURIComponent(key)}`;
  await onceAllowed(async () => {
    await world.client.send(new CopyObjectCommand({ Bucket: world.bucket, Key: target, CopySource }));
  }, world);
}

/** 80 s in all; a new policy holds everywhere within seconds, mostly. */
const maxAttempts = 20;
const retryMs = 4000;

/**
 * A changed file is another object of the assets' bucket, and the role's permission to read it is as new as the file:
 * S3 may answer 403 until IAM has spread it.
 */
async function onceAllowed(work: () => Promise<void>, { clock }: Pick<DeployWorld, 'clock'>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (refusalOf(error)?.status !== 403 || attempt === maxAttempts) throw error;
      await clock.sleep(retryMs);
    }
  }
}

/** Puts empty hotfixes in the place of a file that left the repository, so that none stay in force. */
async function clear(target: ObjectKey, world: DeployWorld): Promise<void> {
  if (target === allowlistKey) return;
  const none = JSON.stringify({ patch_instructions_version: 1 });
  await world.client.send(new PutObjectCommand({ Bucket: world.bucket, Key: target, Body: none }));
}

const maxAnswerAttempts = 3;

/**
 * Puts what became of a custom resource to the URL that CloudFormation waits at.
 * The URL is signed for a PUT without Content-Type: with the one that `fetch` adds to text S3 answers 403.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
 *
 * @param waitMs milliseconds between attempts
 * @throws when the URL takes none of three attempts: Lambda then runs the function again
 */
export async function answerCloudFormation(url: string, body: string, waitMs = 1000): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const status = await putAnswer(url, body);
    if (status >= 200 && status < 300) return;
    if (attempt === maxAnswerAttempts) throw new Error(`CloudFormation's URL answered with status ${status}`);
    await systemClock.sleep(waitMs);
  }
}

/** @returns the status, or 0 without an answer within 5 seconds */
async function putAnswer(url: string, body: string): Promise<number> {
  const headers = { 'content-type': '' };
  try {
    const response = await fetch(url, { method: 'PUT', body, headers, signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}

const environmentSchema = z.object({ GATEHOUSE_BUCKET: z.string().min(3) });

export const handler = async (event: unknown): Promise<void> => {
  const { GATEHOUSE_BUCKET: bucket } = parseValue({ ...process.env }, environmentSchema, 'the environment');
  const client = s3Client(process.env);
  await copyRepositoryFiles(event, { bucket, client, clock: systemClock, answer: answerCloudFormation });
};
