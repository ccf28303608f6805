import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Client, condaLike, pixi } from './client.ts';
import { runClient } from './run-client.ts';

/** What is looked for on PATH. */
export const programs = ['conda', 'mamba', 'micromamba', 'pixi'] as const;

/** Every client on PATH, conda once for each solver it has. */
export async function findClients(home: string): Promise<Client[]> {
  const found: Client[] = [];
  for (const program of programs) {
    if (!(await isOnPath(program))) continue;
    const label = await versionOf(program, home);
    if (program === 'pixi') found.push(pixi(label));
    else if (program === 'conda') found.push(...(await condaSolvers(label, home)));
    else found.push(condaLike(program, label));
  }
  return found;
}

async function isOnPath(program: string): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (await isExecutable(join(folder, program))) return true;
  }
  return false;
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** `mamba 2.8.1`: some print their name with it and some do not. */
async function versionOf(program: string, home: string): Promise<string> {
  const { said } = await runClient([[program, '--version']], home);
  return `${program} ${/\d+(\.\d+)+\S*/.exec(said)?.[0] ?? said.trim()}`;
}

/** `--solver {classic,libmamba}` in its help; the classic one is the only one that knows no shards. */
async function condaSolvers(label: string, home: string): Promise<Client[]> {
  const { said } = await runClient([['conda', 'create', '--help']], home);
  const solvers = /--solver \{([^}]+)\}/.exec(said)?.[1]?.split(',') ?? [];
  return solvers.map((solver) =>
    condaLike('conda', `${label} (${solver})`, {
      readsShards: solver !== 'classic',
      // libmamba adds a `pip` of python's own subdir alone, and the channel's is of noarch.
      addsPip: solver === 'classic',
      environment: { CONDA_SOLVER: solver },
    }),
  );
}
