import { allows, type Statement } from '../../support/stack/stack-policies.ts';
import type { CloudRequest } from '../fault.ts';
import { copySource } from '../s3/copy-request.ts';
import type { Wiring } from './wiring.ts';

/** Values of a policy's condition keys, as text; absent where the request has none. */
type Facts = Readonly<Record<string, string | undefined>>;

interface Action {
  readonly action: string;
  readonly resource: string;
  readonly facts: Facts;
}

/**
 * Whether IAM would let a function of the stack, or whoever has another role of it, do what it asks for, by the role and the
 * bucket's policy. Whoever has none may do what the bucket's policy does not deny.
 */
export function mayDo({ functions, roles: others, resourcePolicies }: Wiring): (request: CloudRequest) => boolean {
  const denying = resourcePolicies.filter(({ Effect }) => Effect === 'Deny');
  const denied = denying.map((one): Statement => ({ ...one, Effect: 'Allow' }));
  const roles = new Map([...functions, ...others].map(({ name, statements }) => [name, statements]));
  return (request) => {
    const role = roles.get(request.caller.replace(/-\d+$/, ''));
    return actionsOf(request).every(({ action, resource, facts }) => {
      const holding = (statements: readonly Statement[]) => statements.filter((one) => holds(one, facts));
      if (allows(holding(denied), action, resource)) return false;
      return role === undefined || allows(holding(role), action, resource);
    });
  };
}

const sent = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
function actionsOf({ service, operation, resource, key, headers }: CloudRequest): Action[] {
  if (service === 'sqs') {
    const action = `sqs:${operation.replace(/Batch$/, '')}`;
    return [{ action, resource: `arn:aws:sqs:us-east-1:000000000000:${resource}`, facts: sent }];
  }
  if (service === 'secretsmanager') return [{ action: `secretsmanager:${operation}`, resource, facts: sent }];
  const bucket = `arn:aws:s3:::${resource}`;
  if (operation === 'ListObjectsV2')
    return [{ action: 's3:ListBucket', resource: bucket, facts: { ...sent, 's3:prefix': key } }];
  const creates = operation !== 'CreateMultipartUpload' && operation !== 'UploadPart';
  const facts = { ...sent, 's3:if-none-match': headers['if-none-match'], 's3:ObjectCreationOperation': `${creates}` };
  const on = { resource: `${bucket}/${key}`, facts };
  const source = copySource(headers);
  if (operation === 'CopyObject')
    return [
      { action: 's3:PutObject', ...on },
      { action: 's3:GetObject', resource: `arn:aws:s3:::${source.bucket}/${source.key}`, facts: sent },
    ];
  return [{ action: `s3:${objectActions[operation] ?? operation}`, ...on }];
}

const objectActions: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
};

/** Whether all of a statement's conditions are met. */
const holds = ({ Condition = {} }: Statement, facts: Facts): boolean =>
  Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([name, wanted]) => {
      const compare = operators[operator.replace(/IfExists$/, '')];
      if (compare === undefined) throw new Error(`the condition ${operator} is not known here`);
      const value = facts[name];
      if (value === undefined && operator.endsWith('IfExists')) return true;
      return compare(value, [wanted].flat().map(String));
    }),
  );

const like = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's').test(text);

const operators: Readonly<Record<string, (value: string | undefined, wanted: readonly string[]) => boolean>> = {
  Bool: (value, wanted) => value !== undefined && wanted.includes(value),
  Null: (value, wanted) => wanted.includes(`${value === undefined}`),
  StringEquals: (value, wanted) => value !== undefined && wanted.includes(value),
  StringLike: (value, wanted) => value !== undefined && wanted.some((pattern) => like(pattern, value)),
  NumericLessThan: (value, wanted) => value !== undefined && wanted.some((bound) => Number(value) < Number(bound)),
};
