import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFacts } from '../../../core/outputs/entries/channel-facts.ts';
import type { EntrySource } from '../../../core/outputs/entries/entry-source.ts';
import type { IndexEntry } from '../../../core/outputs/entries/index-entry.ts';
import { outputs } from '../../../core/outputs/outputs.ts';
import { collected, lineOf, sourceOf } from '../../support/index/form-source.ts';
import { jsonDifferences } from '../../support/index/json-differences.ts';
import { temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { condaInfoFiles } from '../../support/packages/conda-info-files.ts';
import { corpusPackages } from '../../support/packages/corpus.ts';

/** Packages whose file name or subdir is not what their index.json says, or that cannot be read: no line is made of them. */
async function lineIfSound(file: (typeof corpusPackages)[number]): Promise<IndexEntry | null> {
  try {
    return await lineOf({ ...file, filename: file.fileName, bytes: await readFile(file.path) });
  } catch {
    return null;
  }
}

const lines = new Map<string, { readonly line: IndexEntry; readonly path: string }>();
for (const file of corpusPackages) {
  const line = await lineIfSound(file);
  if (line !== null) lines.set(`${file.channel}/${file.subdir}/${file.fileName}`, { line, path: file.path });
}

test('conda-package-streaming finds what index lines say of real packages', () => {
  expect(lines.size).toBeGreaterThan(250);
  const told = condaInfoFiles([...lines.values()].map(({ path }) => path));
  for (const [at, { line }] of [...lines.values()].entries()) {
    const { 'info/run_exports.json': runExports = {}, 'info/about.json': about = {} } =
      told[at]?.files ?? expect.fail();
    expect(JSON.parse(Buffer.from(line.runExports).toString())).toEqual(runExports);
    const { home, license } = readFacts(line.facts).about;
    const { home: itsHome, license: itsLicense } = Object(about);
    expect([home ?? '', license ?? '']).toEqual([itsHome || '', itsLicense || '']);
  }
});

const command = process.env['GATEHOUSE_CONDA_INDEX'];
if (command !== undefined) {
  /** It ends with a traceback on a subdir that conda does not know, and on `depends` that are no list. */
  const readable = [...lines].filter(([key]) => !/^conda-verify\/|-fake\//.test(key));
  const channels = [...new Set(readable.map(([key]) => key.split('/', 1)[0] ?? ''))];

  /** Our bytes of each form against a live run of conda-index on copies of a channel's packages. */
  test.each(channels)('conda-index on %s', async (channel) => {
    await using folder = await temporaryFolder();
    const subdirs = new Map<string, IndexEntry[]>([['noarch', []]]);
    for (const [key, { line, path }] of readable) {
      const [name, subdir = ''] = key.split('/');
      if (name !== channel) continue;
      await mkdir(join(folder.path, subdir), { recursive: true });
      await copyFile(path, join(folder.path, subdir, line.filename));
      subdirs.set(subdir, [...(subdirs.get(subdir) ?? []), line]);
    }
    const options = ['--no-rss', '--channeldata', '--run-exports', '--current-repodata', '--threads', '1'];
    const run = spawnSync(command, [...options, folder.path], { encoding: 'utf8' });
    expect(run.status === 0 ? '' : run.stderr).toBe('');
    const sources = [...subdirs].map(([subdir, own]) => sourceOf(subdir, own));
    expect(await unlisted(sources, folder.path)).toEqual([]);
  });
}

async function unlisted(sources: readonly EntrySource[], folder: string): Promise<string[]> {
  const found: string[] = [];
  const compare = async (path: string, ours: string) => {
    const theirs: unknown = JSON.parse(await readFile(join(folder, path), 'utf8'));
    const differences = jsonDifferences(JSON.parse(ours), theirs).filter((difference) => !isListed(difference));
    found.push(...differences.map((difference) => `${path}${difference}`));
  };
  for (const { file, making } of outputs) {
    if (making.from === 'channel') await compare(file, await collected(making.build(sources)));
    if (making.from === 'subdir') {
      for (const source of sources) await compare(`${source.subdir}/${file}`, await collected(making.build(source)));
    }
  }
  return found;
}

const listed = [
  // conda-index.test.ts says why.
  /legacy_bz2_md5: ours nothing, theirs null$/,
  /^\/info\/(?:arch|platform|version): /,
  /^\/packages\/[^/]+\/timestamp: /,
  // Every record of ours has the key, as CEP 36 wants.
  /\.(?:conda|tar\.bz2)\/depends: ours \[\], theirs nothing$/,
  // Of a .tar.bz2 conda-index reads everything when its recipe lies behind the payload; we stop before it.
  /^\/packages\/(?:bcj-cffi|idna|jsonpointer|libffi|pysocks|toolz|xtensor-io)\/source_url: ours nothing, /,
];
const isListed = (difference: string): boolean => listed.some((pattern) => pattern.test(difference));
