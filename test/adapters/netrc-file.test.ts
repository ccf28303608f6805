import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { netrcFile } from '../../adapters/netrc-file.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';

let home: TemporaryFolder;
beforeEach(async () => {
  home = await temporaryFolder();
  vi.stubEnv('HOME', home.path);
  vi.stubEnv('USERPROFILE', home.path);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await home[Symbol.asyncDispose]();
});

const write = (name: string, content: string | Uint8Array) => writeFile(join(home.path, name), content);
const passwordOf = async (host: string, environment: NodeJS.ProcessEnv = {}) =>
  (await netrcFile(environment)(host))?.password;

describe('netrcFile', () => {
  it('reads ~/.netrc, else ~/_netrc, else nothing; what NETRC names before both', async () => {
    expect(await passwordOf('a.example')).toBeUndefined();
    await write('_netrc', 'machine a.example password underlined');
    expect(await passwordOf('a.example')).toBe('underlined');
    await write('.netrc', 'machine a.example password dotted');
    expect(await passwordOf('a.example', { NETRC: '' })).toBe('dotted');
    await write('other', 'machine a.example password named');
    expect(await passwordOf('a.example', { NETRC: join(home.path, 'other') })).toBe('named');
  });

  it('has the first line of a host, else the default, and no more of one without login and password', async () => {
    await write(
      '.netrc',
      'default password any machine a login none machine a password one machine a password two machine ::1 password six machine no',
    );
    expect(await passwordOf('a')).toBe('one');
    expect(await passwordOf('[::1]')).toBe('six');
    expect(await netrcFile({})('elsewhere')).toEqual({ login: '', password: 'any', isDefault: true });
    expect(await passwordOf('no')).toBeUndefined();
  });

  it('reads it when it is first asked, and once', async () => {
    const logins = netrcFile({});
    await write('.netrc', 'machine a password one');
    expect((await logins('a'))?.password).toBe('one');
    await write('.netrc', 'machine a password two');
    expect((await logins('a'))?.password).toBe('one');
  });

  it.each([
    ['is not there', async () => {}, 'which is not there'],
    ['is a folder', async () => void (await mkdir(join(home.path, 'it'))), 'which cannot be read (EISDIR)'],
    ['is not UTF-8', () => write('it', Buffer.of(0xff)), 'which cannot be read (not UTF-8)'],
    ['is too large', () => write('it', Buffer.alloc(128 * 1024 + 1, ' ')), 'which has more than 128 KiB'],
  ])('says of a NETRC that %s what it is', async (_, make, what) => {
    await make();
    const path = join(home.path, 'it');
    await expect(passwordOf('a', { NETRC: path })).rejects.toMatchObject({
      code: 'usage.invalid',
      message: `NETRC names ${path}, ${what}`,
      hint: expect.stringContaining('unset NETRC'),
    });
  });

  it('names the file and the line of what is broken in it', async () => {
    await write('.netrc', 'machine a\nhunter2');
    await expect(passwordOf('a')).rejects.toThrow(
      `${join(home.path, '.netrc')}, line 2: a word that netrc does not have`,
    );
  });
});
