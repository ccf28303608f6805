import {
  GetBucketEncryptionCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { type AwsClientStub, mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyRepositoryFiles } from '../../lambdas/deploy-files.ts';

const identity = { StackId: 's', RequestId: 'r', LogicalResourceId: 'l', ResponseURL: 'https://cfn.invalid/answer' };
const [index, plan, older] = ['arn:aws:sqs:x:1:index', 'arn:aws:sqs:x:1:plan', 'arn:aws:sqs:x:1:older'];
const rules = [
  { queue: index, of: 'Created', prefix: 'conda/', suffix: '.conda' },
  { queue: index, of: 'Removed', prefix: 'conda/', suffix: '.conda' },
  { queue: plan, of: 'Created', prefix: '_gatehouse/allowlist.json', suffix: '.json' },
];
const properties = { ServiceToken: 'arn', bucket: 'acme', exists: 'true', queues: [index, plan], rules };
const request = (RequestType: string, more: object = {}, ResourceProperties: object = properties) => ({
  ...identity,
  ...more,
  RequestType,
  ResourceProperties,
});

const refusal = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode } });

let mock: AwsClientStub<S3Client>;
beforeEach(() => {
  mock = mockClient(S3Client);
});
// The files of a process share the client's class.
afterEach(() => mock.restore());

/** A bucket as it should be, but for what is said. */
function bucketWith(notifies: NotificationConfiguration): void {
  const all = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
  mock.on(GetBucketVersioningCommand).resolves({ Status: 'Enabled' });
  mock.on(GetPublicAccessBlockCommand).resolves({ PublicAccessBlockConfiguration: all });
  mock
    .on(GetBucketOwnershipControlsCommand)
    .resolves({ OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } });
  mock.on(GetBucketEncryptionCommand).resolves({
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
  });
  mock.on(GetBucketNotificationConfigurationCommand).resolves({ ...notifies, $metadata: { requestId: 'x' } });
  mock.on(PutBucketNotificationConfigurationCommand).resolves({});
}

/** What CloudFormation is answered, and what the bucket notifies after that; null when it was left alone. */
async function answered(event: object) {
  const answers: { Status: string; Reason?: string }[] = [];
  const slept: number[] = [];
  await copyRepositoryFiles(event, {
    bucket: 'acme',
    client: new S3Client({ region: 'us-east-1' }),
    clock: { sleep: async (ms) => void slept.push(ms) },
    answer: async (_url, body) => void answers.push(JSON.parse(body)),
  });
  const [put] = mock.commandCalls(PutBucketNotificationConfigurationCommand);
  return { ...answers[0], set: put?.args[0].input.NotificationConfiguration ?? null, waits: slept.length };
}

const filter = (prefix: string, suffix: string) => ({
  Key: {
    FilterRules: [
      { Name: 'prefix' as const, Value: prefix },
      { Name: 'suffix' as const, Value: suffix },
    ],
  },
});
const others: NotificationConfiguration = {
  QueueConfigurations: [
    { Id: 'audit', QueueArn: 'arn:aws:sqs:x:1:audit', Events: ['s3:ObjectCreated:Put'], Filter: filter('logs/', '') },
  ],
  LambdaFunctionConfigurations: [
    { Id: 'scan', LambdaFunctionArn: 'arn:f', Events: ['s3:ObjectRestore:*'], Filter: filter('conda/', '') },
  ],
  EventBridgeConfiguration: {},
};

describe('a bucket that was there', () => {
  it('notifies what the stack asks for, and others as before', async () => {
    bucketWith(others);
    const { Status, set } = await answered(request('Create'));
    expect(Status).toBe('SUCCESS');
    expect(set).toEqual({
      ...others,
      QueueConfigurations: [
        ...(others.QueueConfigurations ?? []),
        {
          Id: 'gatehouse Created conda/*.conda',
          QueueArn: index,
          Events: ['s3:ObjectCreated:*'],
          Filter: filter('conda/', '.conda'),
        },
        {
          Id: 'gatehouse Removed conda/*.conda',
          QueueArn: index,
          Events: ['s3:ObjectRemoved:*'],
          Filter: filter('conda/', '.conda'),
        },
        expect.objectContaining({ QueueArn: plan, Filter: filter('_gatehouse/allowlist.json', '.json') }),
      ],
    });
  });

  it('notifies the new queues alone after an update, and nobody of ours once the stack is gone', async () => {
    const before = { QueueArn: older, Events: ['s3:ObjectCreated:*' as const], Filter: filter('conda/', '.conda') };
    bucketWith({ ...others, QueueConfigurations: [...(others.QueueConfigurations ?? []), before] });
    const OldResourceProperties = { ...properties, queues: [older] };
    const updated = await answered(request('Update', { OldResourceProperties }));
    expect(updated.Status).toBe('SUCCESS');
    expect(updated.set?.QueueConfigurations?.map(({ QueueArn }) => QueueArn)).not.toContain(older);
    mock.resetHistory();
    const deleted = await answered(request('Delete', {}, { ...properties, queues: [older] }));
    expect(deleted).toMatchObject({ Status: 'SUCCESS', set: others });
  });

  it.each([
    ['versioning', () => mock.on(GetBucketVersioningCommand).resolves({}), 'versioning is not on'],
    [
      'a way in',
      () =>
        mock
          .on(GetPublicAccessBlockCommand)
          .resolves({ PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true } }),
      'public access is not blocked: turn on all four settings',
    ],
    [
      'nothing said of public access',
      () => mock.on(GetPublicAccessBlockCommand).rejects(refusal('NoSuchPublicAccessBlockConfiguration', 404)),
      'public access is not blocked',
    ],
    [
      'ACLs',
      () => mock.on(GetBucketOwnershipControlsCommand).rejects(refusal('OwnershipControlsNotFoundError', 404)),
      'set the ownership to BucketOwnerEnforced',
    ],
    [
      'a key of KMS',
      () =>
        mock.on(GetBucketEncryptionCommand).resolves({
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
          },
        }),
      'set the default encryption to AES256',
    ],
  ])('with %s is refused and left alone, and told what to set', async (_what, spoil, expected) => {
    bucketWith(others);
    spoil();
    const { Status, Reason, set } = await answered(request('Create'));
    expect([Status, set]).toEqual(['FAILED', null]);
    expect(Reason).toMatch(/^the bucket acme cannot be a channel's:\n/);
    expect(Reason).toContain(expected);
  });

  it('with nothing set is told all of it at once', async () => {
    bucketWith({});
    mock.on(GetBucketVersioningCommand).resolves({ Status: 'Suspended' });
    mock.on(GetPublicAccessBlockCommand).rejects(refusal('NoSuchPublicAccessBlockConfiguration', 404));
    mock.on(GetBucketOwnershipControlsCommand).rejects(refusal('OwnershipControlsNotFoundError', 404));
    mock.on(GetBucketEncryptionCommand).rejects(refusal('ServerSideEncryptionConfigurationNotFoundError', 404));
    const { Reason = '' } = await answered(request('Create'));
    expect(Reason.split('\n')).toHaveLength(5);
  });

  it.each([
    ['all of a folder', 's3:ObjectCreated:*', 'conda/', ''],
    ['what is in a folder of it', 's3:ObjectCreated:Put', 'conda/linux-64/', '.conda'],
    ['everything', 's3:ObjectRemoved:Delete', '', ''],
    ['the same, for another stack', 's3:ObjectCreated:*', 'conda/', '.conda'],
  ] as const)(
    'that notifies somebody of %s is refused by the name of that rule',
    async (_what, event, prefix, suffix) => {
      bucketWith({ TopicConfigurations: [{ TopicArn: 'arn:topic', Events: [event], Filter: filter(prefix, suffix) }] });
      const { Status, Reason, set } = await answered(request('Create'));
      expect([Status, set]).toEqual(['FAILED', null]);
      expect(Reason).toContain(`already notifies arn:topic of ${prefix}*${suffix}`);
    },
  );

  it('is asked again until the role may, and a refusal that stays is an answer', async () => {
    bucketWith(others);
    mock.on(GetBucketVersioningCommand).rejectsOnce(refusal('AccessDenied', 403)).resolves({ Status: 'Enabled' });
    expect(await answered(request('Create'))).toMatchObject({ Status: 'SUCCESS', waits: 1 });
    mock.on(GetBucketVersioningCommand).rejects(refusal('AccessDenied', 403));
    expect(await answered(request('Create'))).toMatchObject({ Status: 'FAILED', Reason: 'AccessDenied' });
  });

  it('that somebody deleted keeps no stack from going', async () => {
    mock.on(GetBucketNotificationConfigurationCommand).rejects(refusal('NoSuchBucket', 404));
    expect(await answered(request('Delete'))).toMatchObject({ Status: 'SUCCESS', set: null });
    mock.on(GetBucketNotificationConfigurationCommand).rejects(refusal('InternalError', 500));
    expect(await answered(request('Delete'))).toMatchObject({ Status: 'FAILED' });
  });
});

it('a bucket of the stack is left as the template has it, until the stack goes', async () => {
  const own = { ...properties, exists: 'false', rules: [] };
  bucketWith({ QueueConfigurations: [{ QueueArn: index, Events: ['s3:ObjectCreated:*'] }] });
  expect(await answered(request('Create', {}, own))).toMatchObject({ Status: 'SUCCESS', set: null });
  const updated = await answered(request('Update', { OldResourceProperties: own }, own));
  expect(updated).toMatchObject({ Status: 'SUCCESS', set: null });
  expect(mock.calls()).toHaveLength(0);
  expect(await answered(request('Delete', {}, own))).toMatchObject({
    Status: 'SUCCESS',
    set: { QueueConfigurations: [] },
  });
});
