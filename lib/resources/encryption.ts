import { Annotations, ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * Lets AWS's services use the key where they work for the channel; its own roles may by their policies. The policy of a key
 * that is only named is not this app's to change, of which synthesis warns: without these CloudFront answers 403.
 */
export function letServicesUse(key: IKey, scope: Construct): void {
  const added = statements(scope).map((statement) => key.addToResourcePolicy(statement).statementAdded);
  if (added.every(Boolean)) return;
  Annotations.of(scope).addWarningV2(
    'gatehouse:keyPolicy',
    `The policy of ${key.keyArn} cannot be changed from here. It must let S3, CloudWatch, EventBridge, CloudFront and CloudWatch Logs use the key: docs/operations.md, "Encrypt with a key of your own".`,
  );
}

function statements(scope: Construct): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const distributions = stack.formatArn({
    service: 'cloudfront',
    region: '',
    resource: 'distribution',
    resourceName: '*',
  });
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const statement = (sid: string, services: string[], actions: string[], conditions: object = {}) =>
    new iam.PolicyStatement({
      sid,
      principals: services.map((service) => new iam.ServicePrincipal(service)),
      actions,
      // In the policy of a key that is this key.
      resources: ['*'],
      conditions: { ...conditions },
    });
  return [
    // They send to queues and a topic whose own policies name this account. EventBridge says no account to KMS.
    statement('Senders', ['s3', 'cloudwatch', 'events'].map(ofAws), ['kms:Decrypt', 'kms:GenerateDataKey']),
    // Any distribution of the account: this one would wait for the bucket, which waits for the key.
    statement('CloudFrontReads', [ofAws('cloudfront')], ['kms:Decrypt'], {
      StringLike: { 'AWS:SourceArn': distributions },
    }),
    statement(
      'Logs',
      [`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`],
      ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    ),
  ];
}

const ofAws = (service: string): string => `${service}.amazonaws.com`;
