import { afterEach, describe, expect, test, vi } from 'vitest';
import type { StackTemplate } from '../../support/stack/stack-template.ts';
import { synthesize, synthesizeApp } from '../../support/stack/synthesize.ts';
import { plain } from './templates.ts';

/** What CloudFront names once for an account: kind, then name. */
function accountNames({ of }: StackTemplate): string[] {
  const named = (type: string, config: string | null) =>
    of(`AWS::CloudFront::${type}`).map(({ Properties }) => {
      const place = config === null ? Properties : Properties[config];
      return `${type} ${JSON.stringify(place).match(/"Name":"([^"]+)"/)?.[1]}`;
    });
  return [
    ...named('ResponseHeadersPolicy', 'ResponseHeadersPolicyConfig'),
    ...named('CachePolicy', 'CachePolicyConfig'),
    ...named('OriginAccessControl', 'OriginAccessControlConfig'),
    ...named('Function', null),
  ];
}

const longest: Readonly<Record<string, number>> = {
  ResponseHeadersPolicy: 128,
  CachePolicy: 128,
  OriginAccessControl: 64,
  Function: 64,
};

describe('stacks of one account', () => {
  const [eu, us] = [{ region: 'eu-west-1' }, { region: 'ap-southeast-7' }];
  const long = `A-stack-whose-name-is-${'very-'.repeat(20)}long`;
  const templates = synthesizeApp([
    { name: 'Gatehouse', env: eu },
    { name: 'Research', env: eu },
    { name: 'Gatehouse', env: us, id: 'Overseas' },
    { name: `${long}-1`, env: us },
    { name: `${long}-2`, env: us },
  ]);

  test('share none of the names that CloudFront has once', () => {
    const names = templates.flatMap(accountNames);
    expect(names).toHaveLength(5 * templates.length);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContainEqual(expect.stringMatching(/^Function Gatehouse-Channel-[0-9A-F]{8}-Edge-eu-west-1$/));
  });

  test('have names that the service takes', () => {
    for (const name of templates.flatMap(accountNames)) {
      const [type = '', text = ''] = name.split(' ');
      expect([name, text.length <= (longest[type] ?? 0), /^[\w-]+$/.test(text)]).toEqual([name, true, true]);
    }
  });

  test('name nothing else by themselves', () => {
    const types = templates.flatMap(({ resources }) =>
      resources
        .filter(({ Type }) => !Type.startsWith('AWS::CloudFront::'))
        .filter(({ Properties }) =>
          Object.keys(Properties).some((key) => /^(?!Function|Topic|Metric).*Name$/.test(key)),
        )
        .map(({ Type }) => Type),
    );
    expect([...new Set(types)]).toEqual(['AWS::IAM::Policy']);
  });

  test('a stack of no region has the one it is deployed to in them', () => {
    expect(accountNames(plain)).toContainEqual(
      expect.stringMatching(/^CachePolicy Gatehouse-Channel-[0-9A-F]{8}-CachePolicy-<AWS::Region>$/),
    );
  });
});

describe('where CloudFront cannot serve a channel', () => {
  afterEach(() => vi.unstubAllEnvs());
  const inRegion = (region: string, cdn: boolean) =>
    synthesizeApp([{ name: 'Gatehouse', env: { region }, channel: { cdn } }]);

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
  ])('%s is refused, with what to do, and deployed without', (region, partition) => {
    expect(() => inRegion(region, true)).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message: `${region} (${partition}) has no CloudFront that can serve a channel`,
        hint: expect.stringContaining('-c cdn=off'),
      }),
    );
    expect(inRegion(region, false)[0]?.of('AWS::S3::Bucket')).toHaveLength(1);
  });

  test('so is the region that the command line deploys a stack of none to', () => {
    vi.stubEnv('CDK_DEFAULT_REGION', 'cn-northwest-1');
    expect(() => synthesize()).toThrow('cn-northwest-1 (aws-cn)');
    expect(inRegion('eu-central-1', true)).toHaveLength(1);
    vi.stubEnv('CDK_DEFAULT_REGION', 'eu-central-1');
    expect(synthesize().of('AWS::CloudFront::Distribution')).toHaveLength(1);
  });
});
