import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  channelNames,
  objectKeySchema,
  privatePrefix,
  representationOf,
  route,
  servedPath,
} from '../../../core/layout/keys.ts';
import { parseProjectName } from '../../../core/names/project-name.ts';
import { type RouteRow, routeTable } from '../../support/served/route-table.ts';

const leadsTo = ({ method = 'GET', uri, accept }: RouteRow, answer = route) => {
  const found = answer({ method, uri, accept }, 'gatehouse');
  if (found.status === 301) return `301 ${found.location}`;
  return found.status === 'key' ? found.key : found.status;
};

test('the table has no request twice', () => {
  const requests = routeTable.map(({ uri, method, accept }) => JSON.stringify([uri, method, accept]));
  expect(new Set(requests).size).toBe(requests.length);
});

test.each(routeTable)('$method $uri ($accept) -> $to', (row) => {
  expect(leadsTo(row)).toBe(row.to);
});

test.each(channelNames)('the channel %s is served', (channel) => {
  const uri = `/${channel}/noarch/repodata.json`;
  expect(route({ method: 'GET', uri }, 'acme')).toMatchObject({ key: `${channel}/noarch/repodata.json` });
});

describe('by its name', () => {
  const below = /^((?:\/t\/[^/]+)?(?:\/staging)?)\/conda\//;
  const ofConda = routeTable.filter(({ uri }) => below.test(uri));

  test('the channel is served as by /conda, whatever the name is', () => {
    expect(ofConda.length).toBeGreaterThan(60);
    for (const { uri, method = 'GET', accept } of ofConda) {
      const asked = { method, accept, uri: uri.replace(below, '$1/acme.one/') };
      expect([asked.uri, route(asked, 'acme.one')]).toEqual([asked.uri, route({ ...asked, uri }, 'acme.one')]);
    }
  });

  test('by that of another it is not', () => {
    const status = (uri: string) => route({ method: 'GET', uri }, 'acme.one').status;
    const others = ['gatehouse', 'acmexone', 'acme', 'ACME.one'].map((name) => `/${name}/noarch/repodata.json`);
    expect([...others, '/staging/gatehouse/noarch/repodata.json'].map(status)).toEqual([404, 404, 404, 404, 404]);
  });

  test('people are told where, of whatever is kept', () => {
    expect(servedPath('conda/noarch/a-1+2-0.conda', 'acme')).toBe('/acme/noarch/a-1+2-0.conda');
    expect(servedPath('staging/conda/notices.json', 'acme')).toBe('/staging/acme/notices.json');
    expect(servedPath('simple/conda/conda-1.tar.gz', 'acme')).toBe('/simple/conda/conda-1.tar.gz');
  });
});

describe('what a routed key is served with', () => {
  const forever = 'public, max-age=31536000, immutable';
  const briefly = 'public, max-age=60';
  const asked = 'public, max-age=0, s-maxage=60';
  const shard = 'a'.repeat(64);

  test.each([
    ['conda/noarch/repodata.json', 'application/json', briefly],
    ['conda/noarch/repodata.json.zst', 'application/zstd', briefly],
    ['conda/noarch/repodata.json.bz2', 'application/octet-stream', briefly],
    ['conda/noarch/repodata_shards.msgpack.zst', 'application/zstd', briefly],
    [`conda/noarch/${shard}.msgpack.zst`, 'application/zstd', forever],
    [`conda/noarch/${shard}0.msgpack.zst`, 'application/zstd', briefly],
    ['conda/noarch/a-1-0.conda', 'application/octet-stream', forever],
    ['conda/noarch/a-1-0.tar.bz2', 'application/octet-stream', forever],
    ['simple/a/a-1-py3-none-any.whl', 'application/octet-stream', forever],
    ['simple/a/a-1-py3-none-any.whl.metadata', 'application/octet-stream', forever],
    ['simple/a/a-1.tar.gz', 'application/octet-stream', forever],
    ['simple/a/a-1.zip', 'application/octet-stream', forever],
    ['simple/a/a-1+b-py3-none-any.whl.metadata', 'application/octet-stream', forever],
    ['conda/noarch/a-1.tar.gz', 'application/octet-stream', briefly],
    ['simple/a/index.json', 'application/vnd.pypi.simple.v1+json', asked],
    ['simple/a/index.html', 'text/html; charset=utf-8', asked],
    ['simple/index.json', 'application/vnd.pypi.simple.v1+json', asked],
    ['simple/index.html', 'text/html; charset=utf-8', asked],
    ['staging/conda/noarch/a-1-0.conda', 'application/octet-stream', forever],
    ['staging/simple/a/a-1.tar.gz', 'application/octet-stream', forever],
    ['staging/simple/a/a-1-py3-none-any.whl.metadata', 'application/octet-stream', forever],
    ['staging/simple/a/index.json', 'application/vnd.pypi.simple.v1+json', asked],
    ['staging/simple/index.html', 'text/html; charset=utf-8', asked],
    ['snapshots/v1/noarch/repodata.json', 'application/json', briefly],
    ['index.html', 'text/html; charset=utf-8', briefly],
    ['robots.txt', 'text/plain; charset=utf-8', briefly],
  ])('%s: %s, %s', (key, contentType, cacheControl) => {
    expect(representationOf(key)).toEqual({ contentType, cacheControl });
    expect(route({ method: 'GET', uri: `/${key}` }, 'acme')).toEqual({ status: 'key', key, contentType, cacheControl });
  });

  test('only a pip index folder varies, by Accept', () => {
    const vary = (uri: string) => route({ method: 'GET', uri }, 'acme');
    expect(vary('/simple/')).toHaveProperty('vary', 'Accept');
    expect(vary('/t/x/simple/a/')).toHaveProperty('vary', 'Accept');
    expect(vary('/simple/a/index.json')).toHaveProperty('vary', undefined);
    expect(vary('/conda/noarch/')).toHaveProperty('vary', undefined);
  });
});

describe('a token policy', () => {
  const asked: (string | null)[] = [];
  const onlyGood = (token: string | null) => {
    asked.push(token);
    return token === 'good-1';
  };
  const status = (uri: string, method = 'GET') => route({ method, uri }, 'acme', onlyGood).status;

  test('denied is 401, whatever the path; allowed is as without a policy', () => {
    expect(status('/t/good-1/conda/noarch/repodata.json')).toBe('key');
    expect(status('/t/good-1/conda/nothing/../here')).toBe(404);
    expect(status('/t/bad/conda/noarch/repodata.json')).toBe(401);
    expect(status('/conda/noarch/repodata.json')).toBe(401);
    expect(status('/_gatehouse/x')).toBe(401);
    expect(status('/t/go_od/conda/noarch/repodata.json')).toBe(401);
    expect(status('/t/bad/x', 'POST')).toBe(405);
    expect(asked).toEqual(['good-1', 'good-1', 'bad', null, null, null]);
  });
});

/** Paths made of the pieces that matter, each part encoded zero, one or two times. */
const hostileUri = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        '_gatehouse',
        '_GateHouse',
        'conda',
        'acme',
        'staging',
        'simple',
        'snapshots',
        't',
        'tok',
        'linux-64',
        '..',
        '.',
        '',
        '/',
        '\\',
        'a-1-0.conda',
        '\u0000',
        '?',
        '#',
        '%',
      ),
      fc.nat(2),
      fc.boolean(),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.map(([part, times, all]) => `/${encodeTimes(part, times, all)}`).join(''));

function encodeTimes(part: string, times: number, all: boolean): string {
  if (times === 0) return part;
  const hex = (unit: string) => `%${unit.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return encodeTimes(part.replace(all ? /./gs : /[^a-z0-9]/gs, hex), times - 1, all);
}

describe('whatever is asked for', () => {
  const uris = fc.oneof(
    hostileUri,
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `/simple/${text}`),
    fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `/conda/${text}`),
    fc.string({ unit: 'binary' }),
  );

  test('route never throws, and what it finds is an object key that is served, not private', () => {
    fc.assert(
      fc.property(uris, fc.option(fc.string(), { nil: undefined }), (uri, accept) => {
        const found = route({ method: 'GET', uri, accept }, 'acme');
        if (found.status !== 'key') return;
        expect(objectKeySchema.safeParse(found.key).success).toBe(true);
        expect(found.key.toLowerCase()).not.toContain(privatePrefix);
        expect(found.key).toMatch(/^(conda|staging|simple|snapshots)\/.|^(index\.html|favicon\.ico|robots\.txt)$/);
        expect(found.key).not.toMatch(/[^\x21-\x7e]|\\|%/);
      }),
      { numRuns: 5000 },
    );
  });

  test('a redirect is to a path of the pip index that leads to a key, and not on', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_.+!-]{1,12}$/);
    const tails = fc.oneof(part, fc.constant(''), fc.constant('index.html'));
    fc.assert(
      fc.property(fc.constantFrom('', '/t/x'), part, fc.option(tails), (token, name, tail) => {
        const found = route(
          { method: 'GET', uri: `${token}/simple/${name}${tail === null ? '' : `/${tail}`}` },
          'acme',
        );
        if (found.status !== 301) return;
        expect(found.location.startsWith(`${token}/simple/${parseProjectName(name) ?? ''}`)).toBe(true);
        expect(found.location.endsWith(`/${encodeURIComponent(tail ?? '')}`)).toBe(true);
        expect(route({ method: 'GET', uri: found.location }, 'acme').status).toBe('key');
      }),
    );
  });

  test('a key, asked for as a URL, leads to itself', () => {
    const part = fc.stringMatching(/^[a-z0-9][a-z0-9_.+!-]{0,20}$/);
    const project = fc.stringMatching(/^[a-z0-9](?:-?[a-z0-9]){0,9}$/);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.tuple(fc.constant('conda')),
          fc.tuple(fc.constant('simple'), project),
          fc.constant(['staging', 'conda']),
        ),
        fc.array(part, { minLength: 1, maxLength: 3 }),
        (root, parts) => {
          const key = [...root, ...parts].join('/');
          expect(leadsTo({ uri: `/${key}`, to: key })).toBe(key);
          expect(leadsTo({ uri: `/t/x/${[...root, ...parts].map(encodeURIComponent).join('/')}?q`, to: key })).toBe(
            key,
          );
        },
      ),
    );
  });
});

describe('as an edge function', async () => {
  const names = ['names/normal-project-name', 'layout/prefers-json', 'layout/representation', 'layout/route'];
  const given = ['normalProjectName', 'prefersJson', 'representationOf'];
  const read = (name: string) => readFile(new URL(`../../../core/${name}.ts`, import.meta.url), 'utf8');
  const sources = await Promise.all(names.map(read));
  const script = sources
    .map((source) =>
      stripTypeScriptTypes(source)
        .replace(/^import .*$/gm, '')
        .replace(/^export /gm, ''),
    )
    .map((source) => source.replace(/\/\*[\s\S]*?\*\/|^ *\/\/.*$/gm, '').replace(/\s*\n\s*/g, '\n'))
    // Constants of one module may not meet another's.
    .map((source, i) =>
      i < given.length ? `const ${given[i]} = (() => {${source}; return ${given[i]}; })();` : source,
    )
    .join('\n');

  test('it imports nothing but its neighbours', () => {
    const imported = sources.flatMap((source) => [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from));
    expect(imported).toEqual(['../names/normal-project-name.ts', './prefers-json.ts', './representation.ts']);
  });

  test('it fits: under 6 of 10 KB, without comments, for the rest of the function', () => {
    expect(script.length).toBeLessThan(6 * 1024);
  });

  test("it uses no syntax that CloudFront's runtime lacks", () => {
    expect(script).not.toMatch(
      /\.\.\.|\?\.|\?\?|\bfor\b.*\bof\b|\b(?:class|await|yield|import|export)\b|(?:const|let) *[{[]/,
    );
  });

  test("it answers the whole table with the language's own globals only", () => {
    const answer = runInNewContext(`${script}; route`, Object.create(null));
    for (const row of routeTable) expect([row, leadsTo(row, answer)]).toEqual([row, row.to]);
  });
});
