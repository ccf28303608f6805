import { Duration, type Stack, Tags } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CondaChannel } from '../../../lib/conda-channel.ts';
import type { CondaChannelProps } from '../../../lib/settings/props.ts';

/** What docs/operations.md has people write in an app of their own; a test holds the two together. */
export function addOwnChannel(stack: Stack, more: CondaChannelProps): CondaChannel {
  const channel = new CondaChannel(stack, 'Channel', {
    allowlist: 'allowlist.json',
    schedule: events.Schedule.cron({ weekDay: 'SUN', hour: '4', minute: '0' }),
    retain: Duration.days(30),
    priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
    geoRestriction: cloudfront.GeoRestriction.allowlist('DE', 'FR'),
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      privateSubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-08172635445362718'],
      privateSubnetRouteTableIds: ['rtb-0a1b2c3d4e5f60718', 'rtb-08172635445362718'],
    }),
    encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
    accessLogs: new s3.Bucket(stack, 'AccessLogs', {
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(90) }],
    }),
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers'),
    ...more,
  });
  Tags.of(channel).add('cost-centre', '4711');
  const auditor = new iam.Role(stack, 'Auditor', { assumedBy: new iam.AccountRootPrincipal() });
  channel.grantRead(auditor, { records: true });
  channel.metricFilesWaiting().createAlarm(stack, 'ManyFilesWait', { threshold: 500, evaluationPeriods: 1 });
  return channel;
}
