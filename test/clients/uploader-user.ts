import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { mendPdm } from './pip-client.ts';
import { type ClientRun, runClient } from './run-client.ts';

/** The folder of programs of a Python environment that has the uploaders. */
const uploaders = process.env['GATEHOUSE_UPLOADERS'] ?? '';
const debianTwine = process.env['GATEHOUSE_OTHER_TWINE'] ?? '/usr/bin/twine';

export interface Uploader {
  /** As the table names it. */
  readonly title: string;
  /** Of the page that says how it is set up. */
  readonly section: string;
  /** Prints its version. */
  readonly version: readonly string[];
  /** It reads metadata up to 2.2, and what flit builds has a newer one. */
  readonly hasOldMetadata?: true;
  /** In place of a command of the page. */
  readonly instead?: readonly [said: string, done: string];
}

/** In the order of the table. */
export const knownUploaders: readonly Uploader[] = [
  { title: 'twine', section: 'twine', version: ['twine', '--version'] },
  {
    title: "Debian's twine",
    section: 'twine',
    version: [debianTwine, '--version'],
    hasOldMetadata: true,
    instead: ['twine upload', `PYTHONPATH= ${debianTwine} upload`],
  },
  { title: 'uv', section: 'uv', version: ['uv', '--version'] },
  { title: 'poetry', section: 'poetry', version: ['poetry', '--version'] },
  { title: 'pdm', section: 'pdm', version: ['pdm', '--version'] },
  { title: 'hatch', section: 'hatch', version: ['hatch', '--version'] },
  { title: 'flit', section: 'flit', version: ['flit', '--version'] },
];

/** A small tool, of which `said` is all that its versions differ in. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly said?: string;
}

export interface UploaderUser {
  readonly home: string;
  run(...commands: readonly string[][]): Promise<ClientRun>;
  /** Makes a project anew and builds it: a wheel and a source distribution, the same bytes each time. */
  build(tool: Tool): Promise<void>;
}

/**
 * @throws when a program is not there: a suite that drives none proves nothing
 */
export async function uploaderUser(): Promise<UploaderUser> {
  const names = ['twine', 'uv', 'poetry', 'pdm', 'hatch', 'flit', 'pip', 'python'];
  const missing = [debianTwine, ...names.map((name) => join(uploaders, name))].filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`no ${missing.join(', ')}: see test:uploaders in CONTRIBUTING.md`);
  const home = await temporaryFolder();
  onTestFinished(() => home[Symbol.asyncDispose]());
  const PATH = [uploaders, process.env['PATH'] ?? ''].join(delimiter);
  await writeFile(join(home.path, 'sitecustomize.py'), mendPdm);
  const environment = { ...quiet, PATH, PYTHONPATH: home.path };
  const run = (...commands: readonly string[][]) => runClient(commands, home.path, environment);
  const build = async (tool: Tool) => {
    const { name, version } = tool;
    const module = name.replaceAll('-', '_');
    for (const left of ['dist', 'pyproject.toml']) await rm(join(home.path, left), { recursive: true, force: true });
    await mkdir(join(home.path, 'dist'));
    await writeFile(join(home.path, 'pyproject.toml'), pyproject(tool));
    await writeFile(join(home.path, `${module}.py`), moduleText(tool));
    const { status, said } = await run(['flit', 'build']);
    if (status !== 0) throw new Error(`flit does not build ${name} ${version}: ${said}`);
  };
  return { home: home.path, run, build };
}

const pyproject = ({ name, version }: Tool) => `[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"

[project]
name = "${name}"
version = "${version}"
description = "A tool"
requires-python = ">=3.11"

[project.scripts]
${name} = "${name.replaceAll('-', '_')}:main"
`;

/** Long enough to be cut off on its way, and no shorter in an archive. */
const moduleText = ({ version, said = 'hello' }: Tool) =>
  `"""${noise}"""\ndef main():\n    print("${said} from ${version}")\n`;

const noise = Array.from({ length: 20_000 }, (_, at) => ((at * 2_654_435_761) % 2 ** 32).toString(36)).join(' ');

/** Puts a wheel with metadata of 2.1 in the place of what was built. */
export async function withOldMetadata(home: string, { name, version, said = 'hello' }: Tool): Promise<void> {
  const module = name.replaceAll('-', '_');
  const fileName = `${module}-${version}-py3-none-any.whl`;
  await rm(join(home, 'dist'), { recursive: true, force: true });
  await mkdir(join(home, 'dist'));
  const files = { [`${module}.py`]: moduleText({ name, version, said }) };
  const info = { 'entry_points.txt': `[console_scripts]\n${name} = ${module}:main\n` };
  await writeFile(join(home, 'dist', fileName), buildWheel({ fileName, files, info }));
}

const page = await readFile(new URL('../../docs/uploading.md', import.meta.url), 'utf8');
const sections = new Map(page.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section]));

/** What the page tells to write and to run, with an address and a token of the test's. */
export interface Told {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly command: string;
}

export function toldOf(section: string, url: string, token: string): Told {
  const here = (text: string) => text.replaceAll('http://127.0.0.1:8080', url).replaceAll('gatehouse_TOKEN', token);
  const blocks = [...(sections.get(section) ?? '').matchAll(/(?:^In `([^`]+)`:\n\n)?^```(\w+)\n(.*?)^```$/gms)];
  const files = blocks.flatMap(([, path, , text = '']) =>
    path === undefined ? [] : [{ path: path.replace('~/', ''), text: here(text) }],
  );
  const commands = blocks.flatMap(([, , language, text = '']) => (language === 'sh' ? [here(text)] : []));
  return { files: section === 'flit' ? toldOf('twine', url, token).files : files, command: commands.join('') };
}

/** No uploader looks for news of itself or asks a keyring; lines are as long as they like; zips have one time. */
const quiet = {
  COLUMNS: '2000',
  TERM: 'dumb',
  SOURCE_DATE_EPOCH: '1700000000',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  UV_PYTHON_DOWNLOADS: 'never',
  UV_NO_PROGRESS: '1',
  PYTHON_KEYRING_BACKEND: 'keyring.backends.null.Keyring',
  TWINE_NON_INTERACTIVE: '1',
  PDM_CHECK_UPDATE: '0',
  PDM_NO_CACHE: '1',
  PDM_IGNORE_SAVED_PYTHON: '1',
  VIRTUALENV_NO_PERIODIC_UPDATE: '1',
};
