import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../local/commands/run-command.ts';
import { commands } from '../../local/main.ts';
import { fakeTerminal } from '../support/cli/fake-terminal.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { type ServedFile, serveProjects } from '../support/python/serve-projects.ts';

useLab();

const wheelOf = (fileName: string, facts: ServedFile['facts'] = {}): ServedFile => ({
  fileName,
  bytes: buildWheel({ fileName }),
  facts,
});

async function outdated(...more: string[]) {
  const terminal = fakeTerminal();
  const argv = ['outdated', '--store', lab.store, ...more];
  const status = await runCommand(argv, { commands, terminal, untilInterrupted: async () => {} });
  return { status, ...terminal.said };
}

const before = [
  small('app 1.0', ['lib']),
  small('lib 1.0'),
  small('old 1.0'),
  small('python 3.12.1'),
  small('pip 24.0'),
];

/** The channel as it was mirrored, and then what upstream has now. */
async function mirrored(packages: readonly unknown[], more: Record<string, unknown> = {}): Promise<void> {
  await lab.publish(before);
  const document = { mapping: 'none', indexes: [`${lab.upstream.url}/simple`], ...more };
  const { problems } = await lab.sync(lab.allowlist(packages, document));
  expect(problems).toEqual([]);
  const written = { channels: [lab.upstream.url], platforms: ['linux-64'], packages, ...document };
  await writeFile(join(lab.store, '_gatehouse', 'allowlist.json'), JSON.stringify(written));
}

const rows = (out: string) =>
  out.split('\n').map((line) => line.replace(lab.upstream.url, 'UPSTREAM').replace(/ {2,}/g, ' | '));

describe('gatehouse outdated', () => {
  it('says in a table what is newer upstream, and what the allowlist says of it', async () => {
    await mirrored(['app', 'old <2']);
    const newer = [
      small('app 2.0', ['lib']),
      small('app 2.1rc1'),
      small('lib 1.1'),
      small('old 2.0'),
      small('unneeded 5'),
    ];
    await lab.publish([...before, ...newer]);
    const { status, out, err } = await outdated();
    expect(rows(out)).toEqual([
      'package | here | newest | where | allowlist',
      'app | 1.0 | 2.0 | UPSTREAM (linux-64) | lets it in: app',
      'lib | 1.0 | 1.1 | UPSTREAM (linux-64) | no entry: comes with what needs it',
      'old | 1.0 | 2.0 | UPSTREAM (linux-64) | pinned by old <2',
      '',
    ]);
    expect(status).toBe(0);
    expect(err).toContain('read ');
  });

  it('says so where nothing is newer', async () => {
    await mirrored(['app']);
    expect(await outdated()).toMatchObject({ status: 0, out: 'nothing newer upstream, of 2 names looked up\n' });
  });

  it('looks up projects on our pages, passing over pre-releases, yanks and other pythons', async () => {
    const here = [wheelOf('demo-1.0-py3-none-any.whl'), wheelOf('pinned-1.0-py3-none-any.whl')];
    lab.intercept = serveProjects({ demo: here.slice(0, 1), pinned: here.slice(1) });
    await mirrored([{ pypi: 'demo' }, { pypi: 'pinned ==1.0' }], { python: ['3.12'] });
    lab.intercept = serveProjects({
      demo: [
        ...here.slice(0, 1),
        wheelOf('demo-1.5-py3-none-any.whl'),
        wheelOf('demo-2.0rc1-py3-none-any.whl'),
        wheelOf('demo-1.8-py3-none-any.whl', { yanked: 'broken' }),
        wheelOf('demo-1.9-py3-none-any.whl', { 'requires-python': '>=3.13' }),
      ],
      pinned: [...here.slice(1), { fileName: 'pinned-1.1.tar.gz', bytes: Buffer.from('x') }],
    });
    const { status, out } = await outdated('--json');
    expect(status).toBe(0);
    const index = `${lab.upstream.url}/simple`;
    expect(JSON.parse(out)).toEqual({
      lookedUp: expect.any(Number),
      outdated: [
        {
          from: 'pypi',
          name: 'demo',
          here: '1.0',
          newest: '1.5',
          where: index,
          platforms: [],
          allowlist: 'lets-in',
          entries: ['pypi:demo'],
        },
        {
          from: 'pypi',
          name: 'pinned',
          here: '1.0',
          newest: '1.1',
          where: index,
          platforms: [],
          allowlist: 'pins',
          entries: ['pypi:pinned ==1.0'],
        },
      ],
      problems: [],
    });
  });

  it('asks for no reserved name, whoever offers it', async () => {
    await mirrored(['app'], {});
    await lab.publish([...before, small('app 9.0'), small('lib 9.0')]);
    const allowlist = join(lab.store, 'own.json');
    await writeFile(
      allowlist,
      JSON.stringify({ channels: [lab.upstream.url], platforms: ['linux-64'], packages: [], reserved: ['app'] }),
    );
    const { out } = await outdated('--allowlist', allowlist);
    expect(rows(out).map((row) => row.split(' | ')[0])).toEqual(['package', 'lib', '']);
  });

  it('says what could not be read, shows the rest, and ends with 1', async () => {
    lab.intercept = serveProjects({ demo: [wheelOf('demo-1.0-py3-none-any.whl')] });
    await mirrored(['app', { pypi: 'demo' }], { python: ['3.12'] });
    await lab.publish([...before, small('app 2.0', ['lib'])]);
    lab.intercept = serveProjects({ demo: 403 });
    const { status, out, err } = await outdated();
    expect(status).toBe(1);
    expect(rows(out)[1]).toContain('app | 1.0 | 2.0');
    expect(err).toMatch(/1 problem:\n {2}upstream\.\w+: demo\n/);
  });

  it('of a channel that is gone, says that, and ends with 1', async () => {
    await mirrored(['app']);
    lab.intercept = (_, response) => void response.writeHead(404).end();
    const { status, out, err } = await outdated();
    expect({ status, out }).toMatchObject({ status: 1 });
    expect(err).toContain('upstream.missing: linux-64');
  });

  it('needs a store that was synced, or an allowlist', async () => {
    await mkdir(lab.store, { recursive: true });
    expect(await outdated()).toMatchObject({ status: 2, err: expect.stringContaining('never synced') });
  });
});
