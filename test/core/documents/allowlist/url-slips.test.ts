import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceUrlSchema } from '../../../../core/documents/allowlist/source-url.ts';
import { allowlistText, expectProblem } from './expect-problem.ts';

const page = 'https://conda.anaconda.org/conda-forge';

describe('a channel that is no URL', () => {
  it.each([
    ['defaults', 'is it https://repo.anaconda.com/pkgs/main?'],
    ['pkgs/main', 'is it https://repo.anaconda.com/pkgs/main?'],
    ['pkgs/r/', 'is it https://repo.anaconda.com/pkgs/r?'],
    ['conda-forge', `is it ${page}?`],
    ['conda-forge/label/dev', `is it ${page}/label/dev?`],
    ['conda.anaconda.org/conda-forge', `is it ${page}?`],
    ['anaconda.org/conda-forge', `is it ${page}?`],
    ['https://anaconda.org/conda-forge', `is it ${page}?`],
    ['http://www.anaconda.org/conda-forge/', `is it ${page}?`],
    ['https://anaconda.org/conda-forge/numpy', `is it ${page}?`],
    ['https://anaconda.org/channels/conda-forge/packages/numpy/overview', `is it ${page}?`],
    ['https://anaconda.org/conda-forge/label/dev/x', `is it ${page}/label/dev?`],
    ['https://anaconda.org/', 'is it https://conda.anaconda.org/CHANNEL?'],
    ['https://anaconda.org/conda-forge/linux-64', `is it ${page}?`],
    ['anaconda.org/conda-forge/numpy', `is it ${page}?`],
    ['conda.anaconda.org/conda-forge/linux-64', `is it ${page}?`],
    ['conda-forge/linux-64', `is it ${page}?`],
    ['linux-64', 'write the URL of the channel that it is in'],
    ['localhost:8080/x', 'is it http://localhost:8080/x?'],
    ['mirror:8443/x', 'is it https://mirror:8443/x?'],
    ['./channel', 'write the whole path: file:///PATH/channel'],
    ['../../up/a', 'write the whole path: file:///PATH/up/a'],
    ['~/channel', 'write the whole path: file:///PATH/channel'],
    ['/srv/channel', 'write file:///srv/channel'],
    ['/srv/x/linux-64', 'write file:///srv/x'],
    ['C:/x/noarch', 'write file:///C:/x'],
    ['file:/srv/x/linux-64', 'write file:///srv/x'],
    ['file:///srv/x y/linux-64', 'write file:///srv/x%20y'],
    ['/srv/our channel', 'write file:///srv/our%20channel'],
    ['C:\\conda\\our channel', 'write file:///C:/conda/our%20channel'],
    ['d:/conda', 'write file:///d:/conda'],
    ['\\\\server\\share', 'mount the share, and write it like file:///mnt/share'],
    ['//server/share', 'mount the share, and write it like file:///mnt/share'],
    ['file://server/share/channel', 'mount the share, and write file:///mnt/share'],
    ['file:///tmp/x y', 'write file:///tmp/x%20y'],
    ['file:/srv/channel', 'write file:///srv/channel'],
    ['file:///C:\\conda', 'write file:///C:/conda'],
    ['file:channel', 'write it like file:///srv/channel'],
    [
      's3://bucket/channel',
      'write the https: URL that the bucket is served at, or copy it to a folder: file:///srv/channel',
    ],
    ['oci://ghcr.io/channel', 'have it served over https:, or copy it to a folder: file:///srv/channel'],
    ['HTTPS://Host.example/X', 'write https://Host.example/X'],
    ['HTTPS://Host.example/X/linux-64', 'write https://Host.example/X'],
    ['HTTPS://anaconda.org/conda-forge', `write ${page}`],
    ['FILE:///srv/channel', 'write file:///srv/channel'],
    ['https://a.example/our channel', 'write https://a.example/our%20channel'],
    ['https://a.example\\x', 'write https://a.example/x'],
    ['https://a.example/x/linux-64', 'a channel is what is above it: https://a.example/x'],
    ['https://a.example/x/noarch/', 'a channel is what is above it: https://a.example/x'],
    ['file:///srv/x/osx-arm64', 'a channel is what is above it: file:///srv/x'],
    ['https://a.example/x?y', 'end the URL before the ? or #'],
  ])('%j gets its hint', (text, hint) => {
    const channels = `[\u00ab${JSON.stringify(text)}\u00bb]`;
    if (/[?#]/.test(text)) expect(sourceUrlSchema.safeParse(text).success).toBe(false);
    else expectProblem(allowlistText({ channels }), { message: '', hint });
  });

  it.each([
    page,
    'https://repo.anaconda.com/pkgs/main',
    'https://pypi.anaconda.org/org/simple',
    'https://a.example/linux-64/conda',
    'https://a.example/my-noarch',
    'https://anaconda.org',
    'file:///srv/our%20channel',
    'http://[::1]:8080/x',
    'https://conda.anaconda.org/win-builds',
    'https://a.example/api/conda/linux-tools',
    'https://pypi.example/linux-wheels/',
    'file:///srv/win-tools',
  ])('%j is one', (text) => {
    expect(sourceUrlSchema.safeParse(text).success).toBe(true);
  });
});

/** The URL that a hint has people write; null where it has none, or one with a placeholder alone. */
const offeredUrl = (hint: string): string | null => /(?:https?|file):\/\/\S*?(?=\??$)/.exec(hint)?.[0] ?? null;

it('a URL that a hint offers is one, whatever was written', () => {
  const start = fc.constantFrom(
    ...['', '/', './', '~/', 'C:/', 'C:\\', 'file:/', 'file:///', 'FILE:///', 'https://', 'HTTPS://', 'http://'],
  );
  const place = fc.constantFrom(
    ...['a.example', 'anaconda.org', 'www.anaconda.org', 'conda.anaconda.org', 'localhost:8080', 'srv', 'pkgs/main'],
  );
  const part = fc.constantFrom(
    ...['conda-forge', 'numpy', 'label', 'our channel', 'win-builds', 'x\\y', 'channels', 'main', 'linux_64'],
  );
  const end = fc.constantFrom('', '/', '/noarch', '/linux-64', '/linux-64/', '/zos-z', ' ');
  const slip = fc.tuple(start, place, fc.array(part, { maxLength: 4 }), end);
  fc.assert(
    fc.property(slip, ([scheme, host, parts, last]) => {
      const read = sourceUrlSchema.safeParse(`${scheme}${[host, ...parts].join('/')}${last}`);
      const issue = read.error?.issues[0];
      const hint = issue?.code === 'custom' ? String(issue.params?.['hint'] ?? '') : '';
      const url = offeredUrl(hint);
      if (url !== null) expect([url, sourceUrlSchema.safeParse(url).success]).toEqual([url, true]);
    }),
    { numRuns: 2000 },
  );
});
