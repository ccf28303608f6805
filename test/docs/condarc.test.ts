import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { guide } from '../clients/guide-blocks.ts';
import { channelsBy } from '../support/docs/conda-channels.ts';

/*
 * No client of conda can be had where these run: the lines are read by the clients' rules (test/support/docs/conda-channels.ts).
 * `npm run test:clients` runs the same lines.
 */

const url = 'http://127.0.0.1:8080/gatehouse';
/** As its installer writes it into its own folder. */
const miniforge = 'channels:\n  - conda-forge\n';
const anotherUsers = 'channels:\n  - bioconda\n';

const blocksOf = await guide('docs/clients.md');
const blocks = blocksOf('conda, mamba and micromamba');
const [root = '', machine = '', project = '', named = ''] = blocks
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => text);

test('the files are those that are told of', () => {
  expect(blocks.flatMap(({ file }) => file ?? [])).toEqual([
    'ROOT/.condarc',
    '/etc/conda/.condarc',
    'environment.yml',
    'ROOT/.condarc',
  ]);
});

test.each(['conda', 'mamba'] as const)('%s asks this channel and no other', (client) => {
  // In the place of what an installer wrote; or of a user, where none wrote any.
  expect(channelsBy([root], client)).toEqual([url]);
  expect(channelsBy([named], client)).toEqual([url]);
  // The reason for the place: beside an installer's lines there would be two.
  expect(channelsBy([miniforge, root], client)).toEqual([url, 'conda-forge']);
});

test('an administrator has the last word with conda, and not with mamba, as the page says', () => {
  expect(channelsBy([machine, miniforge, anotherUsers], 'conda')).toEqual([url]);
  expect(parse(machine)).toEqual({ channels: [url], allowlist_channels: [url] });
  expect(channelsBy([machine, miniforge], 'mamba')).toEqual(['conda-forge', url]);
  expect(channelsBy([machine, root], 'mamba')).toEqual([url]);
});

test('a project names the channel alone', () => {
  expect(parse(project)).toEqual({ name: 'try', channels: [url], dependencies: ['jupyterlab'] });
});

test('each command that installs names the channel and no other, or the file that does', () => {
  const commands = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text.trim());
  expect(commands).toEqual([
    `conda create -n try --override-channels -c ${url} jupyterlab`,
    'conda env create -f environment.yml',
  ]);
});

test('no page has a list of channels with a name that is none', async () => {
  const pages = readdirSync(new URL('../../docs/', import.meta.url)).filter((name) => name.endsWith('.md'));
  const texts = await Promise.all(['README.md', ...pages.map((page) => `docs/${page}`)].map(textOf));
  const lists = texts.flatMap((text) => [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => block));
  expect(lists.length).toBeGreaterThanOrEqual(4);
  for (const list of lists) expect(list).not.toMatch(/nodefaults|conda-forge/);
});

const textOf = (page: string) => readFile(new URL(`../../${page}`, import.meta.url), 'utf8');
