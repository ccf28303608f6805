import { expect, it, vi } from 'vitest';
import { netrcFile } from '../../adapters/netrc-file.ts';

/** What the system says to a look at a file, and to an opening of it; null is that it is there. */
const system: Record<'stat' | 'open' | 'home', string | null> = { stat: null, open: null, home: null };
const failure = (code: string) => Object.assign(new Error(`${code}: said the system`), { code });

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  statSync: () => {
    if (system.stat !== null) throw failure(system.stat);
  },
  openSync: () => {
    throw failure(system.open ?? 'ENOENT');
  },
}));
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  homedir: () => {
    if (system.home !== null) throw failure(system.home);
    return '/root';
  },
}));

const asked = (told: Partial<typeof system>, environment: NodeJS.ProcessEnv = {}) => {
  Object.assign(system, { stat: null, open: null, home: null, ...told });
  return netrcFile(environment)('a.example');
};

it.each(['EACCES', 'EPERM'])('is none where HOME is of somebody else, and may not be entered (%s)', async (code) => {
  expect(await asked({ stat: code, open: code })).toBeNull();
});

it('is none for a user without a home', async () => {
  expect(await asked({ home: 'ERR_SYSTEM_ERROR' })).toBeNull();
});

it('is a problem where it is there and may not be read, with a hint that fits', async () => {
  const refusal: unknown = await asked({ open: 'EACCES' }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'usage.invalid',
    message: expect.stringMatching(/^there is \S+\.netrc, which cannot be read \(EACCES\)$/),
    hint: expect.not.stringContaining('unset NETRC'),
  });
});

it('is a problem where NETRC names it, seen or not', async () => {
  await expect(asked({ stat: 'EACCES', open: 'EACCES' }, { NETRC: '/srv/it' })).rejects.toMatchObject({
    message: 'NETRC names /srv/it, which cannot be read (EACCES)',
    hint: expect.stringContaining('unset NETRC'),
  });
});
