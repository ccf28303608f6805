import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { get, text } from '../support/upstream/http-get.ts';

describe('file: URLs', () => {
  it('are read, with an ETag that holds until the file changes', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a+b c é.json');
    await writeFile(path, 'bytes');
    const url = pathToFileURL(path).href;
    const response = await get(url);
    const etag = response.header('etag') ?? '';
    expect([response.status, response.url, response.header('content-length'), await text(response)]).toEqual([
      200,
      url,
      '5',
      'bytes',
    ]);
    const same = await get(url, { 'if-none-match': etag });
    expect([same.status, same.header('etag'), await text(same)]).toEqual([304, etag, '']);
    await writeFile(`${path}.new`, 'other');
    await rename(`${path}.new`, path);
    expect(await text(await get(url, { 'if-none-match': etag }))).toBe('other');
    expect(await text(await get(url))).toBe('other');
  });

  it('of what is not a regular file are 404', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'noarch'));
    await writeFile(join(folder.path, 'file'), '');
    await symlink(join(folder.path, 'nowhere'), join(folder.path, 'dangling'));
    for (const name of ['noarch', 'none', 'dangling', 'file/below']) {
      const response = await get(pathToFileURL(join(folder.path, name)).href);
      expect([response.status, response.header('etag'), await text(response)]).toEqual([404, null, '']);
    }
    expect(await text(await get(pathToFileURL(join(folder.path, 'file')).href))).toBe('');
  });

  it('of a file that is replaced or gone by the time it is read are rejected', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'file');
    await writeFile(path, 'bytes');
    const [first, second] = [await get(pathToFileURL(path).href), await get(pathToFileURL(path).href)];
    await writeFile(path, 'longer than before');
    await expect(text(first)).rejects.toMatchObject({ code: 'upstream.body', retry: true });
    await rm(path);
    await expect(text(second)).rejects.toMatchObject({ code: 'upstream.body', retry: true });
  });

  it.each(['file://elsewhere/etc/hostname', 'file:///a%2Fb', 'ftp://example.org/', 'conda-forge', ''])(
    'such as %j are refused',
    async (url) => {
      await expect(get(url)).rejects.toMatchObject({ code: 'upstream.unreachable', retry: false });
    },
  );
});
