import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface ClientRun {
  readonly status: number | null;
  /** Both streams, stdout first. */
  readonly said: string;
}

/** Runs command lines in turn up to the first that fails, with nothing of the caller's configuration or caches. */
export async function runClient(
  commands: readonly string[][],
  home: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ClientRun> {
  let said = '';
  for (const [program = '', ...args] of commands) {
    const env = { ...cleanEnvironment(home), ...environment };
    const child = spawn(program, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [out, err, status] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    said += out + err;
    if (status !== 0) return { status, said };
  }
  return { status: 0, said };
}

/** PATH and what a program needs to run at all; the rest of what clients read is below `home`. */
export function cleanEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    CONDA_ENVS_DIRS: join(home, 'envs'),
    CONDA_PKGS_DIRS: join(home, 'pkgs'),
    CONDA_REPORT_ERRORS: 'false',
    MAMBA_ROOT_PREFIX: join(home, 'mamba'),
    MAMBA_NO_BANNER: '1',
    PIXI_HOME: join(home, 'pixi'),
    RATTLER_CACHE_DIR: join(home, 'rattler'),
    NO_COLOR: '1',
  };
}
