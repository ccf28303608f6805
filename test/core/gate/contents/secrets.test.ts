import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxSecretTries, secretOfPath, secretSearch } from '../../../../core/gate/contents/secrets.ts';

/** Secrets in pieces, so that no scanner takes this file for a leak. */
const key = (kind: string) =>
  ['-----BEGIN ', kind, 'PRIVATE KEY-----\n', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj'.repeat(2)].join('');
const secrets: [string, string][] = [
  ['private-key', key('RSA ')],
  ['private-key', key('')],
  ['private-key', key('OPENSSH ').replace('\n', '\\n')],
  ['private-key', key('EC ').replace('\n', '\r\n')],
  ['private-key', ['-----BEGIN RSA ', 'PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED'].join('')],
  ['private-key', ['-----BEGIN PGP ', 'PRIVATE KEY BLOCK-----\n\n', 'lQOYBGT'.repeat(8)].join('')],
  ['aws-key', ['AKI', 'A234567ABCDEFGHIJ'].join('')],
  ['github-token', ['ghp', '_', 'a1B2'.repeat(9)].join('')],
  ['github-token', ['github', '_pat_', 'a1B2c3D4e5F6g7H8i9J0k1', '_', 'a'.repeat(59)].join('')],
  ['pypi-token', ['pypi', '-AgE', 'IcHlwaS5vcmcC'.repeat(5)].join('')],
];

function found(text: string, slices: readonly number[] = []): string[] {
  const kinds = new Set<string>();
  const see = secretSearch((kind) => kinds.add(kind), { left: maxSecretTries });
  const bytes = Buffer.from(text, 'latin1');
  const bounds = [0, ...slices.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 0; i + 1 < bounds.length; i++) see(bytes.subarray(bounds[i], bounds[i + 1]));
  return [...kinds];
}

describe('secretSearch', () => {
  it.each(secrets)('finds a %s', (kind, secret) => {
    expect(found(`x = "${secret}"\n`)).toEqual([kind]);
  });

  it.each([
    ['words of a library that reads keys', '-----BEGIN PRIVATE KEY-----\0-----BEGIN RSA PRIVATE KEY-----\0'],
    ['a public key', key('').replaceAll('PRIVATE', 'PUBLIC')],
    ['the example of AWS’s own pages', ['AKI', 'AIOSFODNN7EXAMPLE'].join('')],
    ['a longer run of base64', `aa${['AKI', 'A234567ABCDEFGHIJ'].join('')}`],
    ['a token that is too short', ['ghp', '_abc'].join('')],
    ['names that start alike', 'pypi-age github_path ghp_'],
  ])('finds none in %s', (_, text) => {
    expect(found(`x = "${text}"\n`)).toEqual([]);
  });

  it('finds each wherever it lies, and however the bytes come', () => {
    const noise = fc.string({
      maxLength: 700,
      unit: fc.constantFrom('A', 'K', 'I', 'g', 'h', 'p', '_', ' ', '-', 'E', 'Y', 'x'),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...secrets),
        noise,
        noise,
        fc.array(fc.nat(), { maxLength: 30 }),
        ([kind, secret], before, behind, slices) => {
          expect(found(`${before}\n"${secret}"\n${behind}`, slices)).toContain(kind);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('secretOfPath', () => {
  it.each([
    ['lib/.env', 'env-file'],
    ['.env', 'env-file'],
    ['pkg/.git/config', 'git-folder'],
    ['lib/x.env', null],
    ['lib/env/x', null],
    ['pkg/.gitignore', null],
    ['pkg/.github/x', null],
  ])('%s: %s', (path, kind) => {
    expect(secretOfPath(path)).toBe(kind);
  });
});
