import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSampleChannel } from '../../local/sample/sample-channel.ts';
import { type CliRun, runCli } from '../support/cli/run-cli.ts';
import { folderDigests } from '../support/machine/folder-files.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const home = () => mkdtemp(join(folder.path, 'home-'));

/** Seven lines, of which tests spoil one. */
const good = [
  '{',
  '  "channels": ["https://conda.invalid/main"],',
  '  "platforms": ["linux-64"],',
  '  "packages": [',
  '    "numpy >=1.20"',
  '  ]',
  '}',
];
const withLine = (number: number, line: string) => good.with(number - 1, line).join('\n');

function expectClearError({ status, stdout, stderr }: CliRun): void {
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: allowlist\.json/);
  expect(stderr).toContain('hint: ');
  expect(stderr).not.toMatch(/\n\s+at |internal\.bug|Error:/);
  expect(stderr.length).toBeLessThan(3000);
}

describe('sync with an allowlist that is none says where and what, and writes nothing', () => {
  it.concurrent.each<[string, string, string | Uint8Array]>([
    ['an empty file', 'allowlist.json:1:1: the file is empty', ''],
    ['a byte order mark', 'allowlist.json:1:1: the file starts with a byte order mark', `\ufeff${good.join('\n')}`],
    ['UTF-16', 'allowlist.json:1:1: the file is UTF-16', Buffer.from(`\ufeff${good.join('\n')}`, 'utf16le')],
    ['bytes that are no text', 'allowlist.json:1:1: ', Uint8Array.of(0xc3, 0x28, 0xff)],
    ['a trailing comma', 'allowlist.json:5:19: ', withLine(5, '    "numpy >=1.20",')],
    ['a missing bracket', 'allowlist.json:7:1: ', withLine(6, '')],
    ['an unknown key', 'allowlist.json:3:3: unknown key "platfroms"', withLine(3, '  "platfroms": ["linux-64"],')],
    ['an unknown platform', 'allowlist.json:3:17: ', withLine(3, '  "platforms": ["linux-65"],')],
    ['no platforms at all', 'allowlist.json:1:1: ', withLine(3, '')],
    ['a channel by its name', 'allowlist.json:2:16: ', withLine(2, '  "channels": ["conda-forge"],')],
    ['a MatchSpec that is none', 'allowlist.json:5:', withLine(5, '    "numpy >>1"')],
    ['an entry that comes twice', 'allowlist.json:5:21: ', withLine(5, '    "numpy >=1.20", "numpy >=1.20"')],
    ['a list where an object belongs', 'allowlist.json:1:1: ', '["numpy"]'],
    ['100 000 brackets', 'allowlist.json:1:', '['.repeat(100_000)],
    ['10 MB', 'allowlist.json:1:1: the file is larger than 1 MiB', `"${'x'.repeat(10_000_000)}"`],
  ])('%s: %s', async (_what, where, text) => {
    const cwd = await home();
    await writeFile(join(cwd, 'allowlist.json'), text);
    const run = await runCli(['sync'], { cwd });
    expectClearError(run);
    expect(run.stderr).toContain(where);
    expect(await readdir(cwd)).toEqual(['allowlist.json']);
  });

  it.concurrent('60 mistakes: 50 of them, and how many more there are', async () => {
    const cwd = await home();
    const entries = Array.from({ length: 60 }, (_, i) => `"numpy >>${i}"`);
    await writeFile(join(cwd, 'allowlist.json'), withLine(5, entries.join(',\n')));
    const { status, stderr } = await runCli(['sync'], { cwd });
    expect(status).toBe(2);
    expect(stderr.match(/allowlist\.json:\d+:\d+: /g)).toHaveLength(50);
    expect(stderr).toMatch(/\nand 10 more\n/);
  });

  it.concurrent('a missing file', async () => {
    const cwd = await home();
    const run = await runCli(['sync'], { cwd });
    expectClearError(run);
    expect(run.stderr).toContain('allowlist.json does not exist');
    expect(await readdir(cwd)).toEqual([]);
  });

  it.concurrent('a folder of that name', async () => {
    const cwd = await home();
    await mkdir(join(cwd, 'allowlist.json'));
    const run = await runCli(['sync'], { cwd });
    expectClearError(run);
    expect(run.stderr).toContain('allowlist.json is a folder');
    expect(await readdir(cwd)).toEqual(['allowlist.json']);
  });
});

it('a range that nothing satisfies: exit status 1, the entry and the reason named, no package taken', async () => {
  const cwd = await home();
  await buildSampleChannel(join(cwd, 'upstream'));
  const channels = [pathToFileURL(join(cwd, 'upstream')).href];
  const document = { channels, platforms: ['linux-64'], packages: ['campus-notebook >=99'] };
  await writeFile(join(cwd, 'allowlist.json'), JSON.stringify(document));
  const { status, stderr } = await runCli(['sync'], { cwd });
  expect(status).toBe(1);
  expect(stderr).toContain('entry.unsolvable: campus-notebook >=99 on linux-64');
  expect(stderr).not.toMatch(/\n\s+at |internal\.bug/);
  const served = await folderDigests(join(cwd, '.gatehouse/conda'));
  const indexFile = /(?:^|\/)(?:repodata|current_repodata|run_exports|channeldata)\.json(?:\.zst)?$/;
  expect(Object.keys(served).filter((path) => !indexFile.test(path))).toEqual([]);
});
