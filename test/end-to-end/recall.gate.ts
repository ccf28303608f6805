import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { folderStore } from '../../adapters/store-folder/store-folder.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { type OsvRecord, osvExport, osvRecord, recentRecord } from '../support/advisories/osv-export.ts';
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
const byAllowlist = (command: string, ...args: readonly string[]) =>
  run(command, ...args, '--allowlist', 'allowlist.json');
const store = () => folderStore(`${home.path}/.gatehouse`);
const packagesOfTool = () =>
  readdirSync(join(home.path, '.gatehouse/conda/noarch')).filter((name) => name.startsWith('acme-tool-2.0-'));

/** Which release rattler takes for a spec, from the files that are served. */
async function solved(spec: string): Promise<string> {
  await using solver = rattlerSolver();
  const read = async (path: string) => (await store().read(objectKeySchema.parse(`conda/${path}`)))?.bytes ?? null;
  const channel = { id: spec, platform: subdirSchema.parse('linux-64'), virtualPackages: {}, read };
  const solution = await solver.solve(channel, [spec]);
  return solution.status === 'solved' ? solution.keys.join() : solution.status;
}

/** Advisories from a file, as an organisation that has no way out would name them. */
async function adviseBy(record: OsvRecord) {
  const file = join(home.path, 'advisories.zip');
  await writeFile(file, osvExport([record, recentRecord(Date.now())]));
  const allowlist = JSON.parse(await readFile(join(home.path, 'allowlist.json'), 'utf8'));
  // Of a name that is reserved PyPI knows nothing.
  const next = { ...allowlist, reserved: ['acme-app'], policy: { advisories: pathToFileURL(file).href } };
  await writeFile(join(home.path, 'allowlist.json'), JSON.stringify(next));
}

it('recalls by hand from conda and pip at once, says so, and lets it in again', async () => {
  const [conda = ''] = packagesOfTool();
  const wheel = toolFile('2.0');
  expect(await solved('acme-tool')).toContain('acme-tool-2.0');
  const url = await serveForTest({ store: store() });
  const done = await byAllowlist('recall', 'Acme_Tool', '2', '--reason', 'leaks its key');
  expect([done.status, done.stdout], done.stderr).toEqual([
    0,
    `noarch/${conda}: nobody gets it any more\nsimple/acme-tool/${wheel}: nobody gets it any more\n`,
  ]);
  expect(await solved('acme-tool')).toContain('acme-tool-1.0');
  for (const path of [`conda/noarch/${conda}`, `simple/acme-tool/${wheel}`, `simple/acme-tool/${wheel}.metadata`]) {
    expect((await fetch(`${url}/${path}`)).status, path).toBe(404);
  }
  expect(await (await fetch(`${url}/simple/acme-tool/`)).text()).not.toContain(wheel);
  expect(await (await fetch(`${url}/conda/notices.json`)).json()).toMatchObject({
    notices: [{ level: 'critical', message: expect.stringContaining('acme-tool 2.0 was recalled') }],
  });
  expect((await run('verify')).stderr).toContain(' 0 problems');
  const again = await run('publish', wheel);
  expect([again.status, again.stderr], again.stderr).toEqual([1, expect.stringContaining('R1.recalled')]);
  const back = await byAllowlist('recall', 'acme-tool', '2.0', '--undo');
  expect([back.status, back.stdout], back.stderr).toEqual([0, expect.stringContaining('it is served again')]);
  expect(await solved('acme-tool')).toContain('acme-tool-2.0');
  expect((await fetch(`${url}/simple/acme-tool/${wheel}.metadata`)).status).toBe(200);
  const twice = await byAllowlist('recall', 'acme-tool', '2.0', '--undo');
  expect([twice.status, twice.stderr]).toEqual([1, expect.stringContaining('no file of acme-tool 2.0 is recalled')]);
});

it('names what there is where it finds nothing, and takes no empty reason', async () => {
  const unknown = await byAllowlist('recall', 'acme-tol', '2.0', '--reason', 'x');
  expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('did you mean acme-tool?')]);
  const other = await byAllowlist('recall', 'acme-tool', '7.0', '--reason', 'x');
  expect([other.status, other.stderr]).toEqual([1, expect.stringContaining('there is 1.0, 2.0')]);
  expect((await byAllowlist('recall', 'acme-tool', '2.0')).status).toBe(2);
});

it('sweeps: what became known as malicious leaves in one run, and comes back when its advisory is withdrawn', async () => {
  const about = { id: 'MAL-2026-7', project: 'acme-tool', at: Date.now() - 3_600_000, versions: ['2.0'] };
  await adviseBy(osvRecord(about));
  const swept = await byAllowlist('sweep', '--json');
  expect(swept.status, swept.stderr).toBe(1);
  const report = JSON.parse(swept.stdout);
  expect(report.recalled.map(({ id }: { readonly id: string }) => id)).toContain(`simple/acme-tool/${toolFile('2.0')}`);
  expect(report.recalled).toHaveLength(2);
  expect(await solved('acme-tool')).toContain('acme-tool-1.0');
  expect(packagesOfTool()).toEqual([]);
  await adviseBy(osvRecord({ ...about, more: { withdrawn: new Date().toISOString() } }));
  const released = await byAllowlist('sweep');
  expect([released.status, released.stdout], released.stderr).toEqual([
    0,
    expect.stringContaining(`+ simple/acme-tool/${toolFile('2.0')}`),
  ]);
  expect(await solved('acme-tool')).toContain('acme-tool-2.0');
  expect((await run('verify')).stderr).toContain(' 0 problems');
});
