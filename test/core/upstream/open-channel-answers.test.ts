import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { noarch } from '../../../core/names/subdir.ts';
import { openUpstreamSubdir } from '../../../core/upstream/open-channel.ts';
import { at, base, channel, forms, opened, sound } from '../../support/upstream/opened-upstream.ts';
import { flatForm } from '../../support/upstream/upstream-forms.ts';
import { testFiles, upstreamWorld } from '../../support/upstream/upstream-world.ts';

describe.each(Object.entries(forms))('a subdir in its %s form', (form, filesOf) => {
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

  it.each([403, 401, 400, 410, 503, 302, 304, 206, 204])('is an error when its server answers %d', async (status) => {
    const [index = ''] = Object.keys(filesOf(sound)).filter((name) => name.startsWith('repodata'));
    const world = upstreamWorld(
      testFiles(new Map<string, Uint8Array | number>([...at(flatForm(sound)), [`${base}/${index}`, status]])).fetch,
    );
    await expect(openUpstreamSubdir(channel, noarch, world)).rejects.toMatchObject({
      code: 'upstream.status',
      message: expect.stringContaining(`${base}/${index} answered with status ${status}`),
      retry: status === 503,
    });
  });

  it('is an error, and nothing is kept, when its server answers with a page, half a file or rubbish', async () => {
    const [index = '', bytes = Buffer.alloc(0)] =
      Object.entries(filesOf(sound)).find(([name]) => name.startsWith('repodata')) ?? [];
    const bad = [
      '\n <!DOCTYPE html>',
      bytes.subarray(0, bytes.length - 5),
      '',
      'rubbish',
      zstdCompressSync('rubbish'),
      '[1]',
    ];
    const files = new Map<string, Uint8Array | string>(at(flatForm(sound)));
    const world = upstreamWorld(testFiles(files).fetch);
    for (const body of bad) {
      files.set(`${base}/${index}`, body);
      await expect(openUpstreamSubdir(channel, noarch, world), `${form}: ${body}`).rejects.toMatchObject({
        code: 'upstream.body',
      });
      expect(await world.cache.get(`${base}/${index}`)).toBeNull();
    }
    for (const page of ['<html>', `${'\n'.repeat(1500)}<html>`]) {
      files.set(`${base}/${index}`, page);
      await expect(openUpstreamSubdir(channel, noarch, world)).rejects.toThrow('answered with HTML');
    }
  });
});
