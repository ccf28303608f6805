import { z } from 'zod';
import { type Statement, statementsOf } from '../../support/stack/stack-policies.ts';
import { arnOf, bucketName, type Place, resolved } from './intrinsics.ts';
import {
  bucketSchema,
  customSchema,
  functionSchema,
  permissionSchema,
  policySchema,
  queueSchema,
  ruleSchema,
  sourceSchema,
} from './resource-schemas.ts';

/** What a synthesized template says runs where, and what starts it; its functions worked out. */
export interface Wiring {
  readonly buckets: readonly (z.infer<typeof bucketSchema> & { readonly name: string })[];
  /** Attributes by the names of SQS's API. */
  readonly queues: readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[];
  readonly functions: readonly DeployedFunction[];
  /** Roles that no function has, by their logical id: of people and builds. */
  readonly roles: readonly { readonly name: string; readonly statements: readonly Statement[] }[];
  readonly sources: readonly z.infer<typeof sourceSchema>[];
  /** Who may invoke what. */
  readonly permissions: readonly z.infer<typeof permissionSchema>[];
  readonly rules: readonly (z.infer<typeof ruleSchema> & { readonly id: string; readonly arn: string })[];
  readonly customs: readonly (z.infer<typeof customSchema> & { readonly id: string })[];
  /** Of buckets and queues. */
  readonly resourcePolicies: readonly Statement[];
}

export interface DeployedFunction extends z.infer<typeof functionSchema> {
  readonly name: string;
  /** What its role may do. */
  readonly statements: readonly Statement[];
}

const resourceSchema = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const templateSchema = z.looseObject({ Resources: z.record(z.string(), resourceSchema) });

/** What has no part in who calls whom. */
const aside = /^AWS::(?:CloudFront|CloudWatch|SNS|Logs)::|^AWS::CDK::Metadata$|^AWS::IAM::Role$/;
const read = new Set([
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::Lambda::Function',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Permission',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
]);

/** @throws for a resource, a property or an intrinsic function that is not known here: nothing is passed over */
export function readWiring(template: unknown, endpoint: string): Wiring {
  const { Resources } = templateSchema.parse(template);
  const all = Object.entries(Resources);
  const place: Place = { endpoint, types: new Map(all.map(([id, { Type }]) => [id, Type])) };
  const unknown = all.filter(([, { Type }]) => !read.has(Type) && !aside.test(Type) && !Type.startsWith('Custom::'));
  if (unknown.length > 0) throw new Error(`not known here: ${unknown.map(([id, { Type }]) => `${id}, ${Type}`)}`);
  const properties = (wanted: (type: string) => boolean) =>
    all.filter(([, { Type }]) => wanted(Type)).map(([id, one]) => ({ id, of: resolved(one.Properties, place) }));
  const typed = (type: string) => properties((one) => one === type);
  const policies = [...typed('AWS::IAM::Policy'), ...typed('AWS::IAM::ManagedPolicy')].map(({ of }) => ({
    roles: policySchema.parse(of).Roles,
    statements: statementsOf(of),
  }));
  const ofRole = (id: string) =>
    policies.filter(({ roles }) => roles.includes(id)).flatMap(({ statements }) => statements);
  const functions = typed('AWS::Lambda::Function').map(({ id, of }) => {
    const fn = functionSchema.parse(of);
    const role = fn.Role.replace(/^.*\//, '');
    return { name: id, role, fn: { name: id, ...fn, statements: ofRole(role) } };
  });
  const others = all.filter(
    ([id, { Type }]) => Type === 'AWS::IAM::Role' && !functions.some(({ role }) => role === id),
  );
  return {
    buckets: typed('AWS::S3::Bucket').map(({ id, of }) => ({ name: bucketName(id), ...bucketSchema.parse(of) })),
    queues: typed('AWS::SQS::Queue').map(({ id, of }) => ({ name: id, attributes: queueSchema.parse(of) })),
    functions: functions.map(({ fn }) => fn),
    roles: others.map(([id]) => ({ name: id, statements: ofRole(id) })),
    sources: typed('AWS::Lambda::EventSourceMapping').map(({ of }) => sourceSchema.parse(of)),
    permissions: typed('AWS::Lambda::Permission').map(({ of }) => permissionSchema.parse(of)),
    rules: typed('AWS::Events::Rule').map(({ id, of }) => ({ id, arn: arnOf(id, place), ...ruleSchema.parse(of) })),
    customs: properties((type) => type.startsWith('Custom::')).map(({ id, of }) => ({ id, ...customSchema.parse(of) })),
    resourcePolicies: [...typed('AWS::S3::BucketPolicy'), ...typed('AWS::SQS::QueuePolicy')].flatMap(({ of }) =>
      statementsOf(of),
    ),
  };
}
