import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { propsOf, readSettings } from '../../../lib/settings/settings.ts';
import { addOfficeAcl } from '../../support/stack/office-acl.ts';
import { synthesize, synthesizeOwn } from '../../support/stack/synthesize.ts';
import { own, plain, webAclArn } from './templates.ts';

const distributionOf = (template: typeof plain) =>
  template.of('AWS::CloudFront::Distribution')[0]?.Properties['DistributionConfig'];

describe('who is served, and from where', () => {
  test('everybody, from everywhere, when nothing is said', () => {
    for (const limit of ['PriceClass', 'Restrictions', 'WebACLId', 'Logging'])
      expect(distributionOf(plain)).not.toHaveProperty(limit);
  });

  test('as the props say', () => {
    expect(distributionOf(own.template)).toMatchObject({
      PriceClass: 'PriceClass_100',
      Restrictions: { GeoRestriction: { RestrictionType: 'whitelist', Locations: ['DE', 'FR'] } },
      WebACLId: webAclArn,
    });
  });

  test('as the context says', () => {
    const given: Record<string, string> = { priceClass: 'PriceClass_200', geoDeny: 'AQ,BV', webAclArn };
    const limited = synthesize(propsOf(readSettings(given, 'The context')));
    expect(distributionOf(limited)).toMatchObject({
      PriceClass: 'PriceClass_200',
      Restrictions: { GeoRestriction: { RestrictionType: 'blacklist', Locations: ['AQ', 'BV'] } },
      WebACLId: webAclArn,
    });
  });

  test('by addresses, with the web ACL of docs/operations.md', () => {
    const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
    const lines = (text: string) =>
      text
        .split('\n')
        .map((line) => line.trim())
        .join('\n');
    const [, tried = ''] = /: void \{\n(.*)\n\}\n$/s.exec(read('test/support/stack/office-acl.ts')) ?? [];
    expect(tried.length).toBeGreaterThan(500);
    expect(lines(read('docs/operations.md'))).toContain(lines(tried));
    const { template } = synthesizeOwn(addOfficeAcl);
    expect(template.of('AWS::WAFv2::WebACL')[0]?.Properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      DefaultAction: { Block: {} },
      Rules: [{ Action: { Allow: {} }, Statement: { IPSetReferenceStatement: {} } }],
    });
    expect(template.outputs['WebAclArn']).toBe(`<${template.one('AWS::WAFv2::WebACL', 'WebAcl').id}>`);
  });
});
