import { z } from 'zod';
import type { StackTemplate } from './stack-template.ts';

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: list,
  Resource: list.default([]),
  Principal: z.union([z.literal('*').transform(() => ({ AWS: ['*'] })), z.record(z.string(), list)]).optional(),
  Condition: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])))
    .optional(),
});
/** Strict: a NotAction, NotResource or NotPrincipal does not parse. */
export type Statement = z.infer<typeof statementSchema>;

const policySchema = z.looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(statementSchema) }) });

export const statementsOf = (properties: unknown): Statement[] =>
  policySchema.parse(properties).PolicyDocument.Statement;

/** What a role may do, by the id it starts with. */
export const roleStatements = (template: StackTemplate, rolePrefix: string): Statement[] =>
  rolePolicies(template, rolePrefix).flatMap(({ Properties }) => statementsOf(Properties));

/** The policies of a role alone: the CDK puts into managed ones what one of its own has no room for. */
export function rolePolicies(template: StackTemplate, rolePrefix: string) {
  const role = template.one('AWS::IAM::Role', rolePrefix);
  return [...template.of('AWS::IAM::Policy'), ...template.of('AWS::IAM::ManagedPolicy')].filter(
    ({ Properties }) => JSON.stringify(Properties['Roles']) === JSON.stringify([`<${role.id}>`]),
  );
}

/** IAM's own wildcards: `*` for any characters, `/` among them, and `?` for one. */
const matches = (pattern: string, text: string): boolean => {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
};

/** Whether statements allow an action on a resource, conditions taken as met and no statement denying. */
export const allows = (statements: readonly Statement[], action: string, resource: string): boolean =>
  statements.some(
    ({ Effect, Action, Resource }) =>
      Effect === 'Allow' &&
      Action.some((pattern) => matches(pattern, action)) &&
      Resource.some((pattern) => matches(pattern, resource)),
  );

/** Actions that know no resource. */
const resourceless = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

/** Actions on a bucket and not on its objects: to list it, and what it notifies. */
const ofBucket = ['s3:ListBucket', 's3:GetBucketNotification', 's3:PutBucketNotification'];

/** Everything in a template that gives more than a least privilege would: empty for a sound one. */
export function looseStatements(template: StackTemplate): string[] {
  const [bucket] = template.of('AWS::S3::Bucket');
  const policies = template.resources.filter(({ Properties }) => 'PolicyDocument' in Properties);
  return policies.flatMap(({ id, Properties }) =>
    statementsOf(Properties)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap((statement) => looseness(statement, `<${bucket?.id}>`).map((fault) => `${id}: ${fault}`)),
  );
}

function looseness({ Action, Resource, Principal }: Statement, bucket: string): string[] {
  const who = Object.values(Principal ?? {}).flat();
  return [
    ...Action.filter((action) => action.includes('*')).map((action) => `action ${action}`),
    ...who.filter((principal) => principal.includes('*')).map((principal) => `principal ${principal}`),
    ...Resource.filter((resource) => resource.startsWith('*') || resource === `${bucket}/*`)
      .filter(() => !Action.every((action) => resourceless.includes(action)))
      .map((resource) => `resource ${resource}`),
    ...(Resource.includes(bucket) && Action.some((action) => !ofBucket.includes(action)) ? ['the whole bucket'] : []),
  ];
}
