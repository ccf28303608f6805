import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { type ClientRun, runClient } from './run-client.ts';

/** The folder of programs of a Python environment that has pip, uv, poetry and pdm. */
const clients = process.env['GATEHOUSE_CLIENTS'] ?? '';

/** pip of the environment, and one of another time: by default Debian's. */
export const pips = [join(clients, 'pip'), process.env['GATEHOUSE_OTHER_PIP'] ?? '/usr/bin/pip3'];

/** A program of the environment. */
export const client = (name: string): string => join(clients, name);

/** Who drives clients: in a home of their own, in which nothing is cached or configured. */
export interface PipUser {
  readonly home: string;
  /** Writes a file into the home. */
  write(name: string, text: string): Promise<void>;
  /** Runs command lines in turn; pip, uv, poetry and pdm are those of the environment. */
  run(...commands: readonly string[][]): Promise<ClientRun>;
}

/**
 * For as long as a test runs.
 *
 * @param environment beside PATH and the folders below the new home
 */
export async function pipUser(environment: Readonly<Record<string, string>> = {}): Promise<PipUser> {
  const home = await temporaryFolder();
  onTestFinished(() => home[Symbol.asyncDispose]());
  return userIn(home.path, environment);
}

/**
 * In a folder that somebody else takes away.
 *
 * @throws when a client is not there: a suite that drives none proves nothing
 */
export async function userIn(home: string, environment: Readonly<Record<string, string>> = {}): Promise<PipUser> {
  const programs = [...pips, ...['python', 'uv', 'poetry', 'pdm'].map(client)];
  const missing = programs.filter((program) => !existsSync(program));
  if (missing.length > 0) throw new Error(`no ${missing.join(', ')}: see test:pip in CONTRIBUTING.md`);
  const write = (name: string, text: string) => writeFile(join(home, name), text);
  await write('sitecustomize.py', mendPdm);
  const PATH = [clients, process.env['PATH'] ?? ''].join(delimiter);
  const env = { ...quiet, ...environment, PATH, PYTHONPATH: home };
  return { home, write, run: (...commands) => runClient(commands, home, env) };
}

/** pdm 2.29 takes any hishel from 1.4 on and ends at a name that 2.0 has no more; its cache goes with that name. */
export const mendPdm = `try:
    import hishel
    hishel.SyncSqliteStorage = hishel.SqliteStorage
except ImportError:
    pass
`;

/** No client looks for news of itself, asks a keyring or fetches a Python. */
const quiet = {
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  UV_PYTHON_DOWNLOADS: 'never',
  UV_NO_PROGRESS: '1',
  PYTHON_KEYRING_BACKEND: 'keyring.backends.null.Keyring',
  POETRY_VIRTUALENVS_IN_PROJECT: 'true',
  PDM_CHECK_UPDATE: '0',
  PDM_NO_CACHE: '1',
  VIRTUALENV_NO_PERIODIC_UPDATE: '1',
};
