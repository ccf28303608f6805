import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ClientRun } from './run-client.ts';
import { knownUploaders, type Tool, toldOf, type Uploader, uploaderUser, withOldMetadata } from './uploader-user.ts';
import { token, uploadingScene } from './uploading-scene.ts';

/** What each was seen to say, in order. */
const tables: { readonly title: string; readonly rows: readonly string[] }[] = [];
const tool: Tool = { name: 'acme-tool', version: '1.0' };

/** One who uploads with a program as the page tells it: what was built before, or is built by the program itself. */
async function scene(uploader: Uploader) {
  const served = await uploadingScene();
  const user = await uploaderUser();
  const publish = async (built: Tool, { at = served.url, secret = token, options = '' } = {}): Promise<ClientRun> => {
    await user.build(built);
    if (uploader.hasOldMetadata) await withOldMetadata(user.home, built);
    const { files, command } = toldOf(uploader.section, at, secret);
    for (const { path, text } of files) {
      await mkdir(dirname(join(user.home, path)), { recursive: true });
      await writeFile(join(user.home, path), text, { flag: path === 'pyproject.toml' ? 'a' : 'w' });
    }
    const [said, done] = uploader.instead ?? ['', ''];
    return user.run(['sh', '-ec', command.replace(said, done).replace(' upload ', ` upload ${options} `)]);
  };
  const expectInstalls = async (url: string) => {
    const { status, said } = await user.run(
      ['pip', 'install', '--target', 'by-pip', '--index-url', `${url}/simple/`, 'acme-tool==1.0'],
      ['uv', 'pip', 'install', '--target', 'by-uv', '--default-index', `${url}/simple/`, 'acme-tool==2.0'],
      ['python', '-c', byRattler, `${url}/gatehouse`, 'acme-tool ==2.0'],
      ['sh', '-ec', 'PYTHONPATH=by-pip by-pip/bin/acme-tool; PYTHONPATH=by-uv by-uv/bin/acme-tool'],
      ['sh', '-ec', 'PYTHONPATH=prefix/lib/python3.11/site-packages python prefix/bin/acme-tool'],
    );
    expect(status, said).toBe(0);
    expect(said).toMatch(/hello from 1\.0\nhello from 2\.0\nhello from 2\.0\n$/);
  };
  const [version = ''] = /\d+(?:\.\d+)+/.exec((await user.run([...uploader.version])).said) ?? [];
  return { ...served, publish, version, expectInstalls };
}

/** py-rattler solves from a channel, and links what it chose into a prefix. */
const byRattler = `
import asyncio, os, sys
from rattler import Gateway, solve, install
async def main(url, spec):
    gateway = Gateway(cache_dir='rattler/repodata')
    records = await solve([url], [spec], gateway=gateway, platforms=['linux-64', 'noarch'])
    await install(records, 'prefix', cache_dir='rattler/packages', show_progress=False)
asyncio.run(main(*sys.argv[1:]))
# Threads of rattler's may still run: a Python that ended beside them was once killed by a signal, without a word.
sys.stdout.flush()
os._exit(0)
`;

/** The sentence that its user needs, as the program shows it. */
function sentence(said: string, looked: RegExp): string {
  const line = stripVTControlCharacters(said)
    .replace(/\\(["'])/g, '$1')
    .replace(/\b[0-9a-f]{64}\b/g, '…')
    // hatch takes files as they lie in the folder: any may be the first.
    .replace(/-py3-none-any\.whl|\.tar\.gz/g, '…')
    .replaceAll('`', '')
    // Which of them comes hangs on how far the system was with what it was given.
    .replace(
      /Broken pipe|Remote end closed connection without response|Server disconnected without sending a response|connection closed before message completed/,
      reset,
    )
    .replace(/\s+/g, ' ');
  return looked.exec(line)?.[0] ?? `${nothing}: ${said}`;
}

const nothing = 'nothing of the kind';
const otherBytes =
  /\S+: the file name was used for other bytes, .*?publish that\)|Local file and index file do not match for .*?Remote: sha256=…/;
const notTheTokens = /demo\S*: this token may not publish demo \(.*?\)/;
const notReserved = /widget\S*: widget is none of the organisation's own names: .*? sync/;
const wrongToken = /no token came as the password, or none that is good for uploads/;
const reset = 'Connection reset by peer';
const cut = /Error connecting to repository|Connection reset by peer/;
const notSupported = /does not have support for the following features: --skip-existing/;

describe.each(knownUploaders)('$title', (uploader) => {
  test('publishes, and says what its user needs when it does not; what it published installs', async () => {
    const { publish, url, cutUrl, version, expectInstalls } = await scene(uploader);
    const rows: string[] = [];
    const row = (what: string, { status, said }: ClientRun, looked?: RegExp) => {
      const shown = looked === undefined ? '' : sentence(said, looked);
      rows.push(`| ${what} | ${status} | ${shown} |`);
      return { status, shown: status === 0 ? said : shown };
    };
    const refused = { status: uploader.title === 'uv' ? 2 : 1, shown: expect.not.stringContaining(nothing) };
    const done = { status: 0, shown: expect.anything() };

    expect(row('a new version', await publish(tool))).toEqual(done);
    expect(row('the same bytes again', await publish(tool))).toEqual(done);
    const changed = { ...tool, said: 'goodbye' };
    expect(row('other bytes under its name', await publish(changed), otherBytes)).toEqual(refused);
    if (uploader.section === 'twine') {
      const skipped = await publish(changed, { options: '--skip-existing' });
      const looked = uploader.hasOldMetadata ? otherBytes : notSupported;
      expect(row('the same with `--skip-existing`', skipped, looked)).toEqual(refused);
    }
    const colleagues = await publish({ ...tool, name: 'demo' });
    expect(row("a reserved name that is not the token's", colleagues, notTheTokens)).toEqual(refused);
    const foreign = await publish({ ...tool, name: 'widget' });
    expect(row('a name that is not reserved', foreign, notReserved)).toEqual(refused);
    const next = { ...tool, version: '2.0' };
    expect(row('with a wrong token', await publish(next, { secret: 'wrong' }), wrongToken)).toEqual(refused);
    expect(row('over a connection that is cut', await publish(next, { at: cutUrl }), cut)).toEqual(refused);
    expect(row('the same again after that', await publish(next))).toEqual(done);
    tables.push({ title: `${uploader.title} ${version}`, rows });
    await expectInstalls(url);
  });
});

test('docs/uploaders.md tells what was seen', async () => {
  const columns = '| what is uploaded | exit status | what it says |\n| --- | --- | --- |';
  const sections = tables.map(({ title, rows }) => `## ${title}\n\n${columns}\n${rows.join('\n')}\n`);
  await expect([head, ...sections].join('\n')).toMatchFileSnapshot('../../docs/uploaders.md');
});

const head = `# What uploaders say

Seen, and written here, by \`npm run test:uploaders\`, with the settings of [uploading.md](uploading.md): \`acme\` and \`demo\` are reserved, the token is for \`acme-*\`, and … stands for a
sha256 or the end of a file's name. What is published is then installed by pip, uv and, as a conda package, by py-rattler. Each says the rest of it too; these are the sentences that its user needs.
`;
