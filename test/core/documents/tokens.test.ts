import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/system-clock.ts';
import {
  addToken,
  isForName,
  parseNamePattern,
  readTokens,
  revokeToken,
  type Token,
  tokenOf,
} from '../../../core/documents/tokens.ts';
import { tokensKey } from '../../../core/layout/keys.ts';
import { sha256Of, sha256Schema } from '../../../core/names/digest.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const tokenNamed = (name: string, secret = name): Omit<Token, 'created'> => ({
  name,
  scope: 'publish',
  names: ['acme-*'],
  sha256: sha256Of(secret),
});
const newWorld = () => ({ store: memoryStore(), clock: { ...systemClock, now: () => 1000, sleep: async () => {} } });

describe('tokens at rest', () => {
  it('are none, then those that were added, in order of name, without their secrets', async () => {
    const world = newWorld();
    expect(await readTokens(world.store)).toEqual([]);
    await addToken(world, tokenNamed('release', 'the-secret'));
    await addToken(world, tokenNamed('ci'));
    expect(await readTokens(world.store)).toEqual([
      { ...tokenNamed('ci'), created: 1000 },
      { ...tokenNamed('release', 'the-secret'), created: 1000 },
    ]);
    expect(Buffer.from((await world.store.read(tokensKey))?.bytes ?? []).toString()).not.toContain('the-secret');
  });

  it('has one of a name; revoked is gone, and a name that is not there is told with those that are', async () => {
    const world = newWorld();
    await expect(revokeToken(world, 'ci')).rejects.toMatchObject({ hint: 'there are no tokens' });
    await addToken(world, tokenNamed('ci'));
    await expect(addToken(world, tokenNamed('ci', 'other'))).rejects.toMatchObject({ code: 'usage.invalid' });
    await expect(revokeToken(world, 'cl')).rejects.toMatchObject({ hint: 'the tokens are ci' });
    await revokeToken(world, 'ci');
    expect(await readTokens(world.store)).toEqual([]);
  });

  it('loses none of those added at once', async () => {
    const world = newWorld();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await Promise.all(names.map((name) => addToken(world, tokenNamed(name))));
    expect((await readTokens(world.store)).map(({ name }) => name)).toEqual(names);
  });

  it('that are damaged are an error, never none', async () => {
    const world = newWorld();
    await world.store.put(tokensKey, Buffer.from('{"version":1}'));
    await expect(readTokens(world.store)).rejects.toMatchObject({ code: 'json.invalid' });
    await expect(addToken(world, tokenNamed('ci'))).rejects.toMatchObject({ code: 'json.invalid' });
  });
});

describe('a secret', () => {
  const tokens = [tokenNamed('ci'), tokenNamed('release')].map((token) => ({ ...token, created: 0 }));
  it.each([
    ['ci', 'ci'],
    ['release', 'release'],
    ['', undefined],
    ['CI', undefined],
    [sha256Of('ci'), undefined],
  ])('%j is of %s', (secret, name) => {
    expect(tokenOf(tokens, secret)?.name).toBe(name);
  });
});

it('a token is of the whole hash of its secret, and of no other that is like it', () => {
  const own = { ...tokenNamed('ci'), created: 1 };
  const hash = own.sha256;
  for (let at = 0; at < hash.length; at++) {
    const other = `${hash.slice(0, at)}${hash[at] === '0' ? '1' : '0'}${hash.slice(at + 1)}`;
    expect(tokenOf([{ ...own, sha256: sha256Schema.parse(other) }], 'ci')).toBeNull();
  }
  expect(tokenOf([own], 'ci')).toBe(own);
});

describe('the names of a token', () => {
  it.each([
    ['*', 'anything', true],
    ['acme', 'acme', true],
    ['acme', 'Acme', true],
    ['acme', 'acme-tool', false],
    ['acme-*', 'acme-tool', true],
    ['Acme.*', 'acme_tool', true],
    ['acme-tool-*', 'acme.tool_kit', true],
    ['acme-*', 'acme', false],
    ['acme-*', 'acmefoo', false],
    ['acme-tool', 'acme-tool-kit', false],
  ])('%s is for %s: %j', (pattern, name, expected) => {
    expect(isForName({ names: [parseNamePattern(pattern) ?? ''] }, name)).toBe(expected);
  });

  it.each(['', '-*', '**', 'acme*', '*-acme', 'acme-*-tool', 'a b', 'acme-', '../acme', 'ä'])(
    '%j is no pattern',
    (text) => {
      expect(parseNamePattern(text)).toBeNull();
    },
  );

  const part = fc.stringMatching(/^[a-z\d]{1,6}$/);
  it('are held against a name however either is spelt', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 3 }),
        part,
        fc.constantFrom('-', '_', '.', '--'),
        (parts, more, dash) => {
          const names = [parseNamePattern(`${parts.join(dash)}${dash}*`) ?? ''];
          expect(isForName({ names }, [...parts, more].join('_').toUpperCase())).toBe(true);
          expect(isForName({ names }, `${parts.join('.')}${more}`)).toBe(false);
        },
      ),
    );
  });
});
