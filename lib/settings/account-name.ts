import { Names, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The longest name of a region has 14. */
const maxRegionCharacters = 16;

/**
 * A name for what CloudFront names once for an account, whatever the region: by the CDK's own names two stacks of one name
 * in two regions would take the same.
 *
 * @param maxLength characters that the service takes
 */
export function accountName(scope: Construct, id: string, maxLength: number): string {
  const stack = Stack.of(scope);
  const own = Names.uniqueResourceName(scope, {
    maxLength: maxLength - maxRegionCharacters - id.length - 2,
    separator: '-',
  });
  return `${own}-${id}-${stack.region}`;
}
