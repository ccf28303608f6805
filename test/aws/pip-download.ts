import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface Asked {
  /** The URL of the index, with a slash at its end. */
  readonly index: string;
  readonly python: string;
  readonly folder: string;
}

/** pip of the environment that `GATEHOUSE_CLIENTS` names, with no configuration and no cache. */
export async function pipDownload(
  requirement: string,
  { index, python, folder }: Asked,
): Promise<{ stdout: string; code: unknown }> {
  const clients = process.env['GATEHOUSE_CLIENTS'];
  if (clients === undefined)
    throw new Error('GATEHOUSE_CLIENTS names no folder of programs with a python that has pip');
  await mkdir(folder, { recursive: true });
  const args = ['-m', 'pip', '--isolated', '--no-cache-dir', '--disable-pip-version-check', 'download'];
  const what = [requirement, '--index-url', index, '--dest', folder];
  const target = ['--only-binary', ':all:', '--python-version', python, '--implementation', 'cp'];
  const run = promisify(execFile)(join(clients, 'python'), [...args, ...what, ...target]);
  return run.then(
    ({ stdout, stderr }) => ({ stdout: stdout + stderr, code: 0 }),
    (error) => ({ stdout: `${error.stdout}${error.stderr}`, code: error.code }),
  );
}
