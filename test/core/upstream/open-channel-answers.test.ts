import { describe, expect, it } from 'vitest';
import { noarch } from '../../../core/names/subdir.ts';
import { openUpstreamSubdir } from '../../../core/upstream/open-channel.ts';
import { at, base, channel, forms, opened, sound } from '../../support/upstream/opened-upstream.ts';
import { testFiles, upstreamWorld } from '../../support/upstream/upstream-world.ts';

describe.each(Object.entries(forms))('a subdir in its %s form', (_form, filesOf) => {
  it.each([
    'file:///etc/',
    'http://example.org/',
    'ftp://example.org/',
    'https://user:secret@example.org/',
    'https://example.org/?a=1',
  ])('refuses the base_url %s, and does not repeat a password', async (base_url) => {
    const refusal = await opened(filesOf({ ...sound, info: { base_url } })).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'upstream.body', retry: false });
    expect(String(refusal)).not.toContain('secret');
  });

  it('refuses the index of another subdir', async () => {
    await expect(opened(filesOf({ ...sound, info: { subdir: 'linux-64' } }))).rejects.toMatchObject({
      code: 'upstream.body',
      message: expect.stringContaining('linux-64'),
    });
  });

  it('asks again only whether it changed, and believes the answer', async () => {
    const files = at(filesOf(sound));
    const table = testFiles(files);
    const world = upstreamWorld(table.fetch);
    const first = await openUpstreamSubdir(channel, noarch, world);
    expect(await first?.records('a')).toMatchObject({ records: [{}, {}] });
    table.requests.length = 0;
    const second = await openUpstreamSubdir(channel, noarch, world);
    expect(await second?.records('a')).toEqual(await first?.records('a'));
    expect(table.requests.filter((request) => !request.startsWith('404'))).toEqual([expect.stringMatching(/^304 /)]);
    for (const [name, bytes] of at(filesOf({ ...sound, packages: {} }))) files.set(name, bytes);
    const third = await openUpstreamSubdir(channel, noarch, world);
    expect(await third?.records('a')).toMatchObject({ records: [{ filename: 'a-1-0.conda' }] });
    expect(await first?.records('b-c')).toMatchObject({ records: [{ filename: 'b-c-2.0-py_1.tar.bz2' }] });
  });
});

describe('repodata.json', () => {
  it.each([403, 401, 400, 410, 501, 503, 302, 304, 206, 204])(
    'that is answered with %d is an error',
    async (status) => {
      const world = upstreamWorld(testFiles(new Map([[`${base}/repodata.json`, status]])).fetch);
      await expect(openUpstreamSubdir(channel, noarch, world)).rejects.toMatchObject({
        code: 'upstream.status',
        message: expect.stringContaining(`${base}/repodata.json answered with status ${status}`),
        retry: status === 503,
      });
    },
  );

  it.each([
    ['upstream.page', '\n <!DOCTYPE html>'],
    ['upstream.page', `${'\n'.repeat(1500)}<html>`],
    ['upstream.body', JSON.stringify(sound).slice(0, -5)],
    ['upstream.body', ''],
    ['upstream.body', 'rubbish'],
    ['upstream.body', '[1]'],
  ])('is an error, %s, and not kept, when it is %j', async (code, body) => {
    const world = upstreamWorld(testFiles(new Map([[`${base}/repodata.json`, body]])).fetch);
    await expect(openUpstreamSubdir(channel, noarch, world)).rejects.toMatchObject({ code });
    expect(await world.cache.get(`${base}/repodata.json`)).toBeNull();
  });
});
