import {
  GetBucketEncryptionCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  type QueueConfiguration,
  type S3Client,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { refusalOf } from '../adapters/aws-refusal.ts';
import { GatehouseError } from '../core/problems/error.ts';

const ruleSchema = z.object({
  /** The queue's ARN. */
  queue: z.string(),
  of: z.enum(['Created', 'Removed']),
  prefix: z.string(),
  suffix: z.string(),
});
type Rule = z.infer<typeof ruleSchema>;

const propertiesSchema = z.object({
  bucket: z.string().min(3),
  /** Whether the bucket was there before the stack. CloudFormation gives every value as text. */
  exists: z.enum(['true', 'false']),
  /** ARNs of the stack's queues. */
  queues: z.array(z.string()),
  /** What the bucket notifies; of a bucket of the stack's own the template says it. */
  rules: z.array(ruleSchema),
});

export const bucketRequestSchema = z.discriminatedUnion('RequestType', [
  z.object({ RequestType: z.literal('Create'), ResourceProperties: propertiesSchema }),
  z.object({
    RequestType: z.literal('Update'),
    ResourceProperties: propertiesSchema,
    OldResourceProperties: propertiesSchema,
  }),
  z.object({ RequestType: z.literal('Delete'), ResourceProperties: propertiesSchema }),
]);
type BucketRequest = z.infer<typeof bucketRequestSchema>;

type Client = Pick<S3Client, 'send'>;

/**
 * Makes a bucket that was there a channel's, or says what it lacks; takes the stack's notifications off either bucket when
 * the stack goes. Rules of others stay as they are.
 *
 * @throws GatehouseError `usage.invalid` with all that has to be set
 */
export async function setUpBucket(request: BucketRequest, client: Client): Promise<void> {
  const { bucket, exists, queues, rules } = request.ResourceProperties;
  const before = request.RequestType === 'Update' ? request.OldResourceProperties : request.ResourceProperties;
  const ours = new Set([...queues, ...before.queues]);
  if (request.RequestType === 'Delete') return await unlessGone(() => notify(bucket, client, (others) => others, ours));
  if (exists === 'false') return;
  await expectFit(bucket, client);
  await notify(bucket, client, (others) => withRules(bucket, others, rules), ours);
}

/** A bucket that somebody deleted notifies nobody. */
async function unlessGone(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    if (refusalOf(error)?.code !== 'NoSuchBucket') throw error;
  });
}

const refused = (lines: readonly string[]): GatehouseError => new GatehouseError('usage.invalid', lines);

/** Each thing that a bucket must be, and how one is made so. */
async function expectFit(bucket: string, client: Client): Promise<void> {
  const faults = await Promise.all([
    faultUnless('versioning is not on: set it to Enabled', async () => {
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
      return Status === 'Enabled';
    }),
    faultUnless('public access is not blocked: turn on all four settings', async () => {
      const answer = await client.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
      const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } =
        answer.PublicAccessBlockConfiguration ?? {};
      return [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every((on) => on === true);
    }),
    faultUnless('objects have owners and ACLs: set the ownership to BucketOwnerEnforced', async () => {
      const answer = await client.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket }));
      return answer.OwnershipControls?.Rules?.[0]?.ObjectOwnership === 'BucketOwnerEnforced';
    }),
    // With a key of KMS neither the functions nor CloudFront could read: they have no grant on it.
    faultUnless('objects are not encrypted by S3 itself: set the default encryption to AES256', async () => {
      const answer = await client.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
      const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
      return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm === 'AES256';
    }),
  ]);
  const lacking = faults.flat();
  if (lacking.length > 0) throw refused([`the bucket ${bucket} cannot be a channel's:`, ...lacking]);
}

async function faultUnless(fault: string, isFit: () => Promise<boolean>): Promise<string[]> {
  // What was never set is answered with 404.
  const fits = await isFit().catch((error: unknown) => {
    if (refusalOf(error)?.status === 404) return false;
    throw error;
  });
  return fits ? [] : [fault];
}

/** Replaces the bucket's rules by what is made of those of others: S3 takes all of them at once. */
async function notify(
  bucket: string,
  client: Client,
  made: (others: NotificationConfiguration) => NotificationConfiguration,
  ours: ReadonlySet<string>,
): Promise<void> {
  const { $metadata: _, ...now } = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }));
  const QueueConfigurations = (now.QueueConfigurations ?? []).filter(({ QueueArn = '' }) => !ours.has(QueueArn));
  await client.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: made({ ...now, QueueConfigurations }),
      // A rule of somebody else, whose queue is gone by now, is no reason to refuse ours.
      SkipDestinationValidation: true,
    }),
  );
}

function withRules(
  bucket: string,
  others: NotificationConfiguration,
  rules: readonly Rule[],
): NotificationConfiguration {
  expectNoOverlap(bucket, others, rules);
  const own = rules.map(
    ({ queue, of, prefix, suffix }): QueueConfiguration => ({
      Id: `gatehouse ${of} ${prefix}*${suffix}`,
      QueueArn: queue,
      Events: [`s3:Object${of}:*`],
      Filter: {
        Key: {
          FilterRules: [
            { Name: 'prefix', Value: prefix },
            { Name: 'suffix', Value: suffix },
          ],
        },
      },
    }),
  );
  return { ...others, QueueConfigurations: [...(others.QueueConfigurations ?? []), ...own] };
}

/** A rule of somebody else, to a queue, a topic or a function. */
interface OtherRule extends Pick<QueueConfiguration, 'Events' | 'Filter'> {
  readonly to: string;
}

/** S3 refuses two rules for one event whose prefixes and suffixes both overlap, and does not say which they are. */
function expectNoOverlap(bucket: string, others: NotificationConfiguration, rules: readonly Rule[]): void {
  const all: OtherRule[] = [
    ...(others.QueueConfigurations ?? []).map((one) => ({ ...one, to: `${one.QueueArn}` })),
    ...(others.TopicConfigurations ?? []).map((one) => ({ ...one, to: `${one.TopicArn}` })),
    ...(others.LambdaFunctionConfigurations ?? []).map((one) => ({ ...one, to: `${one.LambdaFunctionArn}` })),
  ];
  const other = all.find((one) => rules.some((rule) => overlap(one, rule)));
  if (other === undefined) return;
  const { prefix, suffix } = filterOf(other);
  throw refused([
    `the bucket ${bucket} already notifies ${other.to} of ${prefix}*${suffix}, which overlaps what a channel needs`,
    'remove that rule; if it is of another stack of Gatehouse, a bucket is of one alone',
  ]);
}

function overlap(other: OtherRule, { of, prefix, suffix }: Rule): boolean {
  const theirs = filterOf(other);
  const sameEvent = (other.Events ?? []).some((event) => event.startsWith(`s3:Object${of}:`));
  const prefixes = theirs.prefix.startsWith(prefix) || prefix.startsWith(theirs.prefix);
  const suffixes = theirs.suffix.endsWith(suffix) || suffix.endsWith(theirs.suffix);
  return sameEvent && prefixes && suffixes;
}

function filterOf({ Filter }: OtherRule): { prefix: string; suffix: string } {
  // S3 answers with Prefix and Suffix, whichever way they were written when they were set.
  const named = (name: string) =>
    Filter?.Key?.FilterRules?.find(({ Name }) => Name?.toLowerCase() === name)?.Value ?? '';
  return { prefix: named('prefix'), suffix: named('suffix') };
}
