import { z } from 'zod';

/** What a template's functions are worked out with. */
export interface Place {
  readonly endpoint: string;
  /** The type of each resource by its logical id. */
  readonly types: ReadonlyMap<string, string>;
}

const account = '000000000000';
const region = 'us-east-1';
const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** S3 takes no capitals. */
export const bucketName = (id: string): string => id.toLowerCase();

/** What `Ref` and `Fn::GetAtt` give, by type: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html */
const attributes: Readonly<Record<string, Readonly<Record<string, (id: string, place: Place) => string>>>> = {
  'AWS::S3::Bucket': { Ref: bucketName, Arn: (id) => `arn:aws:s3:::${bucketName(id)}` },
  'AWS::SQS::Queue': {
    Ref: (id, { endpoint }) => `${endpoint}/${account}/${id}`,
    Arn: (id) => `arn:aws:sqs:${region}:${account}:${id}`,
    QueueName: (id) => id,
  },
  'AWS::Lambda::Function': { Ref: (id) => id, Arn: (id) => `arn:aws:lambda:${region}:${account}:function:${id}` },
  'AWS::IAM::Role': { Ref: (id) => id, Arn: (id) => `arn:aws:iam::${account}:role/${id}` },
  'AWS::Logs::LogGroup': { Ref: (id) => id, Arn: (id) => `arn:aws:logs:${region}:${account}:log-group:${id}:*` },
  'AWS::Events::Rule': { Ref: (id) => id, Arn: (id) => `arn:aws:events:${region}:${account}:rule/${id}` },
  'AWS::CloudFront::Distribution': { Ref: (id) => id, DomainName: (id) => `${id.toLowerCase()}.cloudfront.net` },
  'AWS::CloudWatch::Alarm': { Ref: (id) => id },
  'AWS::CloudWatch::Dashboard': { Ref: (id) => id },
};

/** @throws for a resource or an attribute that is not known here: nothing is passed over */
function attribute(place: Place, id: string, name: string): string {
  if (name === 'Ref' && id in pseudo) return pseudo[id] ?? '';
  const type = place.types.get(id);
  if (type === undefined) throw new Error(`the template has no ${id}`);
  const of = attributes[type]?.[name];
  if (of === undefined) throw new Error(`${name} of ${id}, ${type}, is not known here`);
  return of(id, place);
}

export const arnOf = (id: string, place: Place): string => attribute(place, id, 'Arn');

const joinSchema = z.tuple([z.string(), z.array(z.unknown())]);
const attributeSchema = z.tuple([z.string(), z.string()]);

const functions: Readonly<Record<string, (value: unknown, place: Place) => string>> = {
  Ref: (value, place) => attribute(place, z.string().parse(value), 'Ref'),
  'Fn::GetAtt': (value, place) => attribute(place, ...attributeSchema.parse(value)),
  'Fn::Join': (value, place) => {
    const [separator, parts] = joinSchema.parse(value);
    return z.array(z.string()).parse(resolved(parts, place)).join(separator);
  },
  'Fn::Sub': (value, place) =>
    z
      .string()
      .parse(value)
      .replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
        if (literal !== '') return `\${${name}}`;
        const [id = '', of = 'Ref'] = name.split(/\.(.*)/s);
        return attribute(place, id, of);
      }),
};

/**
 * A template's value with its functions worked out.
 *
 * @throws for a function that is not known here
 */
export function resolved(value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((member) => resolved(member, place));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && /^(?:Ref|Fn::.*|Condition)$/.test(only[0])) {
    const work = functions[only[0]];
    if (work === undefined) throw new Error(`${only[0]} is not known here`);
    return work(only[1], place);
  }
  return Object.fromEntries(entries.map(([name, member]) => [name, resolved(member, place)]));
}
