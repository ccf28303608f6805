import { afterAll, beforeAll, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { publishTools, toolFile } from '../support/cli/own-home.ts';
import { type CliRun, runCli } from '../support/cli/run-cli.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/machine/temporary-folder.ts';
import { serveForTest } from '../support/served/served-stores.ts';

let home: TemporaryFolder;
beforeAll(async () => {
  home = await temporaryFolder();
  await publishTools(home.path, (args) => run(...args));
});
afterAll(() => home[Symbol.asyncDispose]());

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { cwd: home.path });
const yanking = (...args: readonly string[]) => run('yank', '--allowlist', 'allowlist.json', ...args);
const store = () => folderStore(`${home.path}/.gatehouse`);

/** Which release rattler takes for a spec, from the files that are served. */
async function solved(spec: string): Promise<string> {
  await using solver = rattlerSolver();
  const read = async (path: string) => (await store().read(objectKeySchema.parse(`conda/${path}`)))?.bytes ?? null;
  const channel = { id: spec, platform: subdirSchema.parse('linux-64'), virtualPackages: {}, read };
  const solution = await solver.solve(channel, [spec]);
  return solution.status === 'solved' ? solution.keys.join() : solution.status;
}

it('yanks by the command line, twice, and takes it back; conda sees it no more, and its address still answers', async () => {
  const first = await yanking('Acme_Tool', '2', '--reason', 'loses data', '--json');
  expect(first.status, first.stderr).toBe(0);
  const told = JSON.parse(first.stdout);
  expect(told).toMatchObject({ name: 'Acme_Tool', version: '2', yanked: true, reason: 'loses data', upstream: [] });
  expect(told.problems).toEqual([]);
  const [wheel, conda] = told.files;
  expect([wheel, conda]).toEqual([
    { key: `simple/acme-tool/${toolFile('2.0')}`, changed: true },
    { key: expect.stringMatching(/^conda\/noarch\/acme-tool-2\.0-pypi_\w+\.conda$/), changed: true },
  ]);
  expect(await solved('acme-tool')).toContain('acme-tool-1.0');
  expect(await solved('acme-tool 2.0')).toBe('unsolvable');
  const url = await serveForTest({ store: store() });
  for (const { key } of [wheel, conda]) expect((await fetch(`${url}/${key}`)).status).toBe(200);
  expect(await (await fetch(`${url}/simple/acme-tool/`)).text()).toContain('data-yanked="loses data"');
  const again = await yanking('acme-tool', '2.0', '--reason', 'loses data');
  expect([again.status, again.stdout]).toEqual([
    0,
    `${wheel.key}: its page says that it is yanked: loses data (as before)\n${conda.key}: it is out of its index, and there by its address (as before)\n`,
  ]);
  expect((await run('verify')).stderr).toContain(' 0 problems');
  const back = await yanking('acme-tool', '2.0', '--undo');
  expect(back.stdout).toBe(`${wheel.key}: its page offers it again\n${conda.key}: its index lists it again\n`);
  expect(await solved('acme-tool')).toContain('acme-tool-2.0');
});

it('holds back what would break an entry, by name, with exit status 1', async () => {
  await yanking('acme-tool', '1.0', '--reason', 'old');
  const { status, stdout, stderr } = await yanking('acme-tool', '2.0', '--reason', 'loses data');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(
    'held.yank: acme-tool 2.0\n      nothing was changed, since this would break pypi:acme-app on',
  );
  await yanking('acme-tool', '1.0', '--undo');
});
