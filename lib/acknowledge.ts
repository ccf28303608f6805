import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Lets a finding of cdk-nag stand on one construct and what is below it.
 *
 * @param rule such as `AwsSolutions-S1`
 */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  const [pack] = rule.split('-');
  Validations.of(construct).acknowledge({ id: `${pack}::${rule}`, reason });
}
