import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../../adapters/cache-memory.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { parseDistributionFileName } from '../../../core/names/distribution-file-name.ts';
import { fetchWheelMetadata } from '../../../core/python-index/fetch-wheel-metadata.ts';
import type { ProjectFile } from '../../../core/python-index/project-file.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { testFiles, upstreamWorld } from '../../support/upstream/upstream-world.ts';

const wheel = buildWheel({ metadata: 'Requires-Dist: a>=1\n' });
const beside = 'Metadata-Version: 2.1\nName: Demo\nVersion: 1.0\nRequires-Dist: b\n';
const url = 'https://files.example/demo-1.0-py3-none-any.whl';
const fileName = (text: string) => parseDistributionFileName(text) ?? expect.fail(text);

const file: ProjectFile = {
  fileName: fileName('demo-1.0-py3-none-any.whl'),
  url,
  page: 'https://index.example/simple/demo/',
  sha256: sha256Of(wheel),
  size: null,
  requiresPython: null,
  yanked: false,
  uploadTime: null,
  metadata: false,
};

const scene = (answers: Readonly<Record<string, Uint8Array | string | number>>, cache = memoryCache()) => {
  const upstream = testFiles(new Map(Object.entries(answers)));
  const world = upstreamWorld(upstream.fetch, cache);
  return {
    ...upstream,
    cache,
    read: (changes: Partial<ProjectFile> = {}) => fetchWheelMetadata({ ...file, ...changes }, world),
  };
};

describe('what a wheel says about itself', () => {
  it('is read from the wheel where nothing lies beside it', async () => {
    const { read, requests } = scene({ [url]: wheel });
    expect(await read()).toMatchObject({ project: 'demo', requiresDist: ['a>=1'] });
    expect(requests).toEqual([`200 ${url}`]);
  });

  it.each([true, sha256Of(beside)])('is read from beside it where the page says so: %s', async (metadata) => {
    const { read, requests } = scene({ [`${url}.metadata`]: beside });
    expect(await read({ metadata })).toMatchObject({ requiresDist: ['b'] });
    expect(requests).toEqual([`200 ${url}.metadata`]);
  });

  it('is read from the wheel where it does not lie beside it, though the page says so', async () => {
    const { read, requests } = scene({ [url]: wheel });
    expect(await read({ metadata: sha256Of('anything') })).toMatchObject({ requiresDist: ['a>=1'] });
    expect(requests).toEqual([`404 ${url}.metadata`, `200 ${url}`]);
  });

  it.each([true, false])(
    'is asked for in the name of the page that lists it, which may lead to no machine of ours: %s',
    async (metadata) => {
      const asked: unknown[] = [];
      const { fetch } = testFiles(
        new Map<string, Uint8Array | string>([
          [url, wheel],
          [`${url}.metadata`, beside],
        ]),
      );
      const world = upstreamWorld((at, headers, from) => {
        asked.push(from);
        return fetch(at, headers);
      });
      await fetchWheelMetadata({ ...file, metadata }, world);
      expect(asked).toEqual([file.page]);
    },
  );

  it('is fetched once, for as long as the wheel has the same sha256', async () => {
    const first = scene({ [`${url}.metadata`]: beside });
    await first.read({ metadata: true });
    const second = scene({ [url]: wheel }, first.cache);
    expect(await second.read()).toMatchObject({ requiresDist: ['b'] });
    expect(second.requests).toEqual([]);
    const other = buildWheel({ metadata: 'Requires-Dist: c\n' });
    const third = scene({ [url]: other }, first.cache);
    expect(await third.read({ sha256: sha256Of(other) })).toMatchObject({ requiresDist: ['c'] });
  });

  it.each<[string, Parameters<typeof scene>[0], Partial<ProjectFile>, string, RegExp]>([
    [
      'other metadata than the page names',
      { [`${url}.metadata`]: beside },
      { metadata: sha256Of('x') },
      'fetch.sha256',
      /expected sha256/,
    ],
    [
      'another wheel than the page names',
      { [url]: wheel },
      { sha256: sha256Of('x') },
      'fetch.sha256',
      /expected sha256/,
    ],
    ['a wheel that is not there', {}, {}, 'upstream.status', /is not there/],
    [
      'metadata without end',
      { [`${url}.metadata`]: Buffer.alloc(17 * 1024 ** 2) },
      { metadata: true },
      'upstream.too-large',
      /larger/,
    ],
    [
      'metadata of another release',
      { [`${url}.metadata`]: beside.replace('1.0', '1.1') },
      { metadata: true },
      'package.refused',
      /metadata\.identity/,
    ],
    [
      'a page in its place',
      { [`${url}.metadata`]: '<html>' },
      { metadata: true },
      'package.refused',
      /metadata\.field/,
    ],
    ['no wheel', { [url]: '<html>' }, { sha256: sha256Of('<html>') }, 'package.refused', /A4\.framing/],
    [
      'a wheel without METADATA',
      { [url]: buildWheel({ info: { METADATA: null } }) },
      { sha256: null },
      'package.refused',
      /wheel\.dist-info/,
    ],
    [
      'a variant of a wheel',
      {},
      { fileName: fileName('demo-1.0-py3-none-any-x86_64_v3.whl') },
      'package.refused',
      /wheel\.file-name/,
    ],
  ])('is refused: %s', async (_, answers, changes, code, message) => {
    await expect(scene(answers).read(changes)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
