import { z } from 'zod';

const jsonObject = z.record(z.string(), z.json());

const resourceSchema = z.looseObject({ Type: z.string(), Properties: jsonObject.default({}) });
type Resource = z.infer<typeof resourceSchema> & { readonly id: string };

const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.string() })).default({}),
});

export interface StackTemplate {
  readonly resources: readonly Resource[];
  /** By name. */
  readonly outputs: Readonly<Record<string, string>>;
  of(type: string): readonly Resource[];
  /** The one resource of its type whose id starts so. */
  one(type: string, idPrefix: string): Resource;
}

/**
 * A template whose intrinsic functions are text: `<Id>` for a resource's Ref and its Arn, `<Id.Name>` for another
 * attribute.
 */
export function plainTemplate(template: unknown): StackTemplate {
  const { Resources, Outputs } = templateSchema.parse(plain(template));
  const resources = Object.entries(Resources).map(([id, resource]) => ({ ...resource, id }));
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  return {
    resources,
    outputs: Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, Value])),
    of,
    one(type, idPrefix) {
      const [found, ...others] = of(type).filter(({ id }) => id.startsWith(idPrefix));
      if (found === undefined || others.length > 0) throw new Error(`not one ${type} named ${idPrefix}…`);
      return found;
    },
  };
}

const join = z.tuple([z.string(), z.array(z.unknown())]);
const attribute = z.tuple([z.string(), z.string()]);

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [only] = entries;
  const intrinsic = entries.length === 1 && only !== undefined ? asText(only[0], only[1]) : null;
  return intrinsic ?? Object.fromEntries(entries.map(([name, member]) => [name, plain(member)]));
}

function asText(name: string, value: unknown): string | null {
  if (name === 'Ref') return `<${value}>`;
  if (name === 'Fn::Sub') return String(value);
  if (name === 'Fn::Join') {
    const [separator, parts] = join.parse(value);
    return parts.map(plain).join(separator);
  }
  if (name !== 'Fn::GetAtt') return null;
  const [id, of] = attribute.parse(value);
  return of === 'Arn' ? `<${id}>` : `<${id}.${of}>`;
}
