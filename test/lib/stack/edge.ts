import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { route } from '../../../core/layout/keys.ts';
import { type RouteRow, routeTable } from '../../support/served/route-table.ts';
import { plain as template } from './templates.ts';

const functionSchema = z.looseObject({
  FunctionCode: z.string(),
  FunctionConfig: z.looseObject({ Runtime: z.string() }),
});
const edge = functionSchema.parse(template.one('AWS::CloudFront::Function', 'ChannelEdge').Properties);
const code = edge.FunctionCode;

const headers = z.record(z.string(), z.strictObject({ value: z.string() }));
const requestSchema = z.looseObject({ method: z.string(), uri: z.string(), querystring: z.json(), headers });
const responseSchema = z.strictObject({ statusCode: z.number(), statusDescription: z.string(), headers });
const answerSchema = z.union([responseSchema, requestSchema]);

/** As CloudFront runs it: the script, its `handler`, an event, and the language's own globals only. */
const handler = runInNewContext(`${code}; (event) => JSON.stringify(handler(JSON.parse(event)))`, Object.create(null));

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html */
const event = ({ uri, method = 'GET', accept }: Omit<RouteRow, 'to'>) => {
  const [path = '', ...query] = uri.split('?');
  const names = query.join('?').split('&').filter(Boolean);
  return {
    version: '1.0',
    context: { distributionDomainName: 'd0.cloudfront.net', eventType: 'viewer-request', requestId: 'x' },
    viewer: { ip: '192.0.2.1' },
    request: {
      method,
      uri: path,
      querystring: Object.fromEntries(names.map((name) => [name.split('=')[0], { value: name.split('=')[1] ?? '' }])),
      headers: { host: { value: 'd0.cloudfront.net' }, ...(accept === undefined ? {} : { accept: { value: accept } }) },
      cookies: { session: { value: 'y', attributes: 'Secure' } },
    },
  };
};

const answer = (row: Omit<RouteRow, 'to'>) => answerSchema.parse(JSON.parse(handler(JSON.stringify(event(row)))));

const leadsTo = (row: Omit<RouteRow, 'to'>): string | number => {
  const found = answer(row);
  const response = responseSchema.safeParse(found);
  if (!response.success) return decodeURIComponent(requestSchema.parse(found).uri).slice(1);
  const { statusCode, headers } = response.data;
  return statusCode === 301 ? `301 ${headers['location']?.value}` : statusCode;
};

test('the table has at least 40 requests', () => {
  expect(routeTable.length).toBeGreaterThanOrEqual(40);
});

test.each(routeTable)('$method $uri ($accept) -> $to', (row) => {
  expect(leadsTo(row)).toBe(row.to);
});

describe('what it answers itself', () => {
  test('denied in a way that no client takes for absent, and never to be kept', () => {
    expect(answer({ uri: '/_gatehouse/allowlist.json' })).toEqual({
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: { 'cache-control': { value: 'no-cache' } },
    });
    expect(answer({ uri: '/conda/', method: 'DELETE' })).toMatchObject({ headers: { allow: { value: 'GET, HEAD' } } });
    expect(code).toContain('Basic realm="conda"');
  });

  test('a redirect within the host, never to be kept', () => {
    expect(answer({ uri: '/t/x/simple/Repoze.LRU?a=b' })).toEqual({
      statusCode: 301,
      statusDescription: 'Moved Permanently',
      headers: { 'cache-control': { value: 'no-cache' }, location: { value: '/t/x/simple/repoze-lru/' } },
    });
  });
});

describe('what it sends on', () => {
  test('has no query, and its headers as they were', () => {
    const { request } = event({ uri: '/conda/noarch/repodata.json?list-type=2&prefix=_gatehouse/', accept: '*/*' });
    const sent = answer({ uri: '/conda/noarch/repodata.json?list-type=2&prefix=_gatehouse/', accept: '*/*' });
    expect(sent).toEqual({ ...request, querystring: {} });
  });

  test('a plus is escaped, for S3 reads it as a space', () => {
    expect(answer({ uri: '/conda/noarch/a-1+2-0.conda' })).toHaveProperty('uri', '/conda/noarch/a-1%2B2-0.conda');
    expect(answer({ uri: '/conda/noarch/a-1%2B2-0.conda' })).toHaveProperty('uri', '/conda/noarch/a-1%2B2-0.conda');
  });

  test('a folder of the pip index goes by Accept, so that the two are cached apart', () => {
    const json = answer({ uri: '/simple/a/', accept: 'application/vnd.pypi.simple.v1+json' });
    const html = answer({ uri: '/simple/a/', accept: 'text/html' });
    expect([json, html]).toMatchObject([{ uri: '/simple/a/index.json' }, { uri: '/simple/a/index.html' }]);
  });

  test('never the root, where S3 would list', () => {
    for (const uri of ['/', '//', '/?list-type=2', '/t/x/', '/%2F', '', '/..', '/conda/..']) {
      expect(leadsTo({ uri })).not.toBe('');
    }
  });

  test('whatever is asked: as the layout routes it', () => {
    const parts = fc.constantFrom(
      'conda',
      'gatehouse',
      'staging',
      'simple',
      't',
      'x',
      '_gatehouse',
      '%5Fgatehouse',
      '%255f',
      'A_b',
      '..',
      '',
      'a+b',
      '%',
    );
    const uris = fc.array(parts, { maxLength: 6 }).map((all) => `/${all.join('/')}`);
    fc.assert(
      fc.property(uris, fc.constantFrom(undefined, 'application/*', 'text/html'), (uri, accept) => {
        const routed = route({ method: 'GET', uri, accept }, 'gatehouse');
        const there = routed.status === 301 ? `301 ${routed.location}` : routed.status;
        expect(leadsTo({ uri, ...(accept && { accept }) })).toBe(routed.status === 'key' ? routed.key : there);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('its code', () => {
  test('fits CloudFront’s 10 KB, with 4.5 to spare for tokens', () => {
    expect(Buffer.byteLength(code)).toBeLessThan(5.5 * 1024);
  });

  test('is a script for runtime 2.0', () => {
    expect(edge.FunctionConfig.Runtime).toBe('cloudfront-js-2.0');
    expect(code).not.toMatch(
      /\.\.\.|\?\.|\?\?|\bfor\b|\b(?:class|await|yield|import|export|globalThis|process|URL)\b|(?:const|let|var) *[{[]/,
    );
    expect(code).toMatch(/\bfunction handler\(event\)/);
  });
});
