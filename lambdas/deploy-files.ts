import { CopyObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { refusalOf } from '../adapters/aws-refusal.ts';
import { s3Client } from '../adapters/store-s3/bucket.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { parseValue } from '../core/json.ts';
import { allowlistKey, type ObjectKey, objectKeySchema, patchKey } from '../core/layout.ts';
import type { Clock } from '../core/ports/clock.ts';
import { subdirSchema } from '../core/subdir.ts';
import { answerCloudFormation } from './answer-cloudformation.ts';
import { environments, readEnvironment } from './environment.ts';

/** The allowlist, or the hotfixes of a subdir. */
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
const propertiesSchema = z.object({ files: z.array(fileSchema) });
const identity = { StackId: z.string(), RequestId: z.string(), LogicalResourceId: z.string(), ResponseURL: z.url() };
const requestSchema = z.discriminatedUnion('RequestType', [
  z.object({ ...identity, RequestType: z.literal('Create'), ResourceProperties: propertiesSchema }),
  z.object({
    ...identity,
    RequestType: z.literal('Update'),
    ResourceProperties: propertiesSchema,
    OldResourceProperties: z.unknown(),
  }),
  z.object({ ...identity, RequestType: z.literal('Delete') }),
]);
type Request = z.infer<typeof requestSchema>;

export interface DeployWorld {
  readonly bucket: string;
  readonly client: Pick<S3Client, 'send'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Tells CloudFormation, which waits for an hour when nobody does. */
  readonly answer: (url: string, body: string) => Promise<void>;
}

/** A CloudFormation custom resource: the repository's allowlist and hotfixes as objects of the bucket. Deletes nothing. */
export async function deployFiles(event: unknown, world: DeployWorld): Promise<void> {
  const told = parseValue(event, z.looseObject(identity), 'the event');
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = told;
  const reply = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'gatehouse-files' };
  const outcome = await deploy(event, world).then(
    () => ({ Status: 'SUCCESS' }),
    (error: unknown) => ({ Status: 'FAILED', Reason: reasonOf(error) }),
  );
  await world.answer(ResponseURL, JSON.stringify({ ...reply, ...outcome }));
}

/** CloudFormation takes 4,096 bytes of an answer in all, and fails for another reason beyond. */
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);

async function deploy(event: unknown, world: DeployWorld): Promise<void> {
  const request = parseValue(event, requestSchema, 'the event');
  if (request.RequestType === 'Delete') return;
  const { files } = request.ResourceProperties;
  const targets = new Set(files.map(({ target }) => target));
  for (const target of before(request)) if (!targets.has(target)) await clear(target, world);
  // The allowlist last: what starts a run then finds all else in its place.
  const inOrder = files.toSorted((a, b) => Number(a.target === allowlistKey) - Number(b.target === allowlistKey));
  for (const file of inOrder) await copy(file, world);
}

function before(request: Request): ObjectKey[] {
  if (request.RequestType !== 'Update') return [];
  const old = propertiesSchema.safeParse(request.OldResourceProperties);
  return old.data?.files.map(({ target }) => target) ?? [];
}

/** 20 times 4 s: a policy holds everywhere within seconds, mostly. */
const attempts = 20;
const waitMs = 4000;

/** A changed file is another object of the assets' bucket, which the role may read since a moment ago, or not everywhere yet. */
async function copy({ bucket, key, target }: z.infer<typeof fileSchema>, world: DeployWorld): Promise<void> {
  const CopySource = `${bucket}/${encodeURIComponent(key)}`;
  const command = new CopyObjectCommand({ Bucket: world.bucket, Key: target, CopySource });
  for (let attempt = 1; ; attempt++) {
    try {
      await world.client.send(command);
      return;
    } catch (error) {
      if (refusalOf(error)?.status !== 403 || attempt === attempts) throw error;
      await world.clock.sleep(waitMs);
    }
  }
}

/** Hotfixes that left the repository: none are left in force, and nothing is deleted. */
async function clear(target: ObjectKey, world: DeployWorld): Promise<void> {
  if (target === allowlistKey) return;
  const none = JSON.stringify({ patch_instructions_version: 1 });
  await world.client.send(new PutObjectCommand({ Bucket: world.bucket, Key: target, Body: none }));
}

export const handler = async (event: unknown): Promise<void> => {
  const { GATEHOUSE_BUCKET: bucket } = readEnvironment(environments.bucketOnly);
  const client = s3Client(process.env);
  await deployFiles(event, { bucket, client, clock: systemClock, answer: answerCloudFormation });
};
