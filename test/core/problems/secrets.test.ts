import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redirectTarget } from '../../../adapters/http-fetch.ts';
import { acceptAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { sourceUrlSchema } from '../../../core/documents/allowlist/source-url.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { shownLine } from '../../../core/problems/shown-text.ts';
import { shownUrl } from '../../../core/problems/shown-url.ts';
import { resolveBase } from '../../../core/upstream/upstream-subdir.ts';

const marker = 'S3CR3T';

const oneOf = fc.constantFrom<string[]>;
/** The marker, alone or among what may stand beside it at its place. */
const secret = (...beside: string[]) =>
  fc.tuple(oneOf('', ...beside), oneOf('', ...beside)).map(([before, after]) => `${before}${marker}${after}`);

/** What comes before the user or the host; the last ones are what is left when it is forgotten. */
const start = oneOf(
  'https://',
  'http://',
  'HTTPS://',
  'hTTp:\\\\',
  'https:/',
  'https:\\',
  'file://',
  's3://',
  '//',
  '\\\\',
  '',
);
const blank = oneOf('', '', '', ' ', '\t', '\n');
const host = oneOf('h', 'example.org', 'example.org:8443', '127.0.0.1', '[::1]', '[::1]:80', 'exämple.org');
const slash = oneOf('/', '/', '\\', '//', '/./');
const path = oneOf('', '/chan', '/chan/label/main', '\\chan', '/a@b', '/a:b', '/https://example.com/c');

const user = fc
  .tuple(secret('u', '%41', ' ', '+', '::', ';', '@', '%40'), oneOf('', ':', ':p', ':p@q'), oneOf('@', '@', '%40'))
  .map((parts) => parts.join(''));
const password = fc
  .tuple(oneOf('u:', ':', 'u%3A:', 'u@v:'), secret('p', '%2F', ' ', '=', ':', '"', '@', '%40'), oneOf('@', '@', '%40'))
  .map((parts) => parts.join(''));
const token = fc
  .tuple(slash, oneOf('t', 'T', '%74', '%54', '%2574', '%252554'), slash, secret('a', '-', '.', '%20', ':', '@', '%2F'))
  .map((parts) => parts.join(''));
const tail = fc
  .tuple(
    oneOf('?', '#', '?a=b&sig=', '?x#', '#x?', '/?', '??'),
    secret('a', '/', '//', '@', '?', '#', '&', ' ', 'https://h/'),
  )
  .map((parts) => parts.join(''));

/** URLs, sound and not, each with the marker at a place that must not be shown. */
const url = fc
  .oneof(
    fc.tuple(blank, start, fc.oneof(user, password), blank, host, path),
    fc.tuple(blank, start, host, path, token, path),
    fc.tuple(blank, start, host, path, tail),
    fc.tuple(blank, start, fc.oneof(user, password), host, token, path, tail),
    fc.tuple(blank, start, host, oneOf('/', ' ', '/a b/'), oneOf('https://', '//'), password, host, path),
  )
  .map((parts) => parts.join(''));

/** What `wrong` throws, in all that a person or a log is told of it. */
function toldOf(wrong: () => unknown): string {
  try {
    wrong();
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    return `${error.message}\n${error.hint}\n${error.stack}`;
  }
  return '';
}

const check = (law: (one: string, other: string) => void, numRuns = 2000) =>
  fc.assert(fc.property(url, url, law), { numRuns });

test('a URL is shown without its secrets', () => {
  check((one) => {
    expect(shownUrl(one)).not.toContain(marker);
  });
});

test('several in one message are, where no space or quote parts them', () => {
  check((one, other) => {
    const whole = [one, other].filter((text) => !/[\s"]/.test(text) && /^[a-z]*:?[/\\]{2}/i.test(text));
    expect(shownLine(`asked (${whole.join('), then <')}>; ${whole.join(' and ')}: no`)).not.toContain(marker);
  });
});

test('an allowlist that holds one is refused, and neither its message nor the quoted line has them', () => {
  const places: ((one: string, other: string) => unknown)[] = [
    (one, other) => ({ channels: [one, other], platforms: ['linux-64'], packages: ['a'] }),
    (one) => ({ channels: ['https://h/c'], platforms: ['linux-64'], packages: ['a'], indexes: [one] }),
    (one) => ({ channels: ['https://h/c'], platforms: [one], packages: [one, `${one}::a`] }),
    (one) => ({ channels: ['https://h/c'], platforms: ['win-64'], packages: [{ spec: 'a', channel: one }] }),
    (one, other) => ({ channels: ['https://h/c'], platforms: ['win-64'], packages: [], [one]: other }),
  ];
  check((one, other) => {
    for (const place of places) {
      const json = JSON.stringify(place(one, other));
      for (const text of [
        json,
        json.replaceAll('/', '\\/'),
        json.replaceAll('@', '\\u0040'),
        json.replaceAll('"', "'"),
      ]) {
        const told = toldOf(() => acceptAllowlist(Buffer.from(text), 'allowlist.json'));
        expect(told).not.toBe('');
        expect(told).not.toContain(marker);
      }
    }
  }, 150);
});

test('a redirect to one, and a base URL of an index, tell none and leave none behind', () => {
  const from = new URL('https://example.org/chan/noarch');
  check((one) => {
    expect(toldOf(() => redirectTarget(302, one, from))).not.toContain(marker);
    let base = '';
    const told = toldOf(() => {
      base = resolveBase(one, from.href);
    });
    expect(told + base).not.toContain(marker);
  });
});

test('what an allowlist takes has nothing to hide, and so may lie in plans and provenance', () => {
  const part = oneOf(
    '/',
    '//',
    't',
    'T',
    '%74',
    '%2F',
    'a',
    'a.b',
    '@',
    '%40',
    ':',
    '%',
    '\u00e4',
    '[',
    '\u0001',
    '::',
    'h:1',
  );
  const taken = fc
    .tuple(oneOf('https://h', 'http://h:1', 'https://[::1]', 'file:///'), fc.array(part, { maxLength: 8 }))
    .map(([front, parts]) => front + parts.join(''));
  let accepted = 0;
  fc.assert(
    fc.property(taken, (text) => {
      if (!sourceUrlSchema.safeParse(text).success) return;
      accepted += 1;
      expect(shownUrl(text)).toBe(text);
    }),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(500);
});
