import { CfnOutput, type Stack } from 'aws-cdk-lib';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';

/** What docs/operations.md has people put into a stack of their own; a test holds the two together. */
export function addOfficeAcl(stack: Stack): void {
  const office = new wafv2.CfnIPSet(stack, 'Office', {
    scope: 'CLOUDFRONT',
    ipAddressVersion: 'IPV4',
    addresses: ['192.0.2.0/24'],
  });
  const webAcl = new wafv2.CfnWebACL(stack, 'WebAcl', {
    scope: 'CLOUDFRONT',
    defaultAction: { block: {} },
    visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'others', sampledRequestsEnabled: true },
    rules: [
      {
        name: 'office',
        priority: 0,
        action: { allow: {} },
        statement: { ipSetReferenceStatement: { arn: office.attrArn } },
        visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'office', sampledRequestsEnabled: true },
      },
    ],
  });
  new CfnOutput(stack, 'WebAclArn', { value: webAcl.attrArn });
}
