import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { indexCommand } from '../../local/commands/index-command.ts';
import { runCommand } from '../../local/commands/run-command.ts';
import { fakeTerminal } from '../support/cli/fake-terminal.ts';
import { type SoundLab, startSoundLab } from '../support/cli/sound-lab.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const app = 'linux-64/app-1.0-0.conda';

let scene: SoundLab;
beforeEach(async () => {
  scene = await startSoundLab(solver);
});
afterEach(() => scene.lab[Symbol.asyncDispose]());

it('names a flipped bit that the file does not show, and leaves its package out', async () => {
  await scene.flipUnseen(app);
  expect(await scene.index()).toEqual([]);
  expect(await scene.index({ rebuild: true })).toEqual([`index.mutated ${app}`]);
  expect(Object.keys(await scene.lab.index())).toEqual(['lib-1.0-0.conda']);
});

it('is what --rebuild asks for', async () => {
  await scene.flipUnseen(app);
  const allowlist = join(scene.lab.store, '../allowlist.json');
  await writeFile(allowlist, JSON.stringify({ channels: [], platforms: ['linux-64'], packages: [] }));
  const run = async (...flags: readonly string[]) => {
    const terminal = fakeTerminal();
    const argv = ['index', '--store', scene.lab.store, '--allowlist', allowlist, ...flags];
    const untilInterrupted = () => Promise.reject(new Error('nobody waits'));
    const status = await runCommand(argv, { commands: [indexCommand], terminal, untilInterrupted });
    return { status, named: terminal.said.err.includes('index.mutated') };
  };
  expect(await run()).toEqual({ status: 0, named: false });
  expect(await run('--rebuild')).toEqual({ status: 1, named: true });
});

it('puts right what came of a wrong note beside a package', async () => {
  const note = join(scene.lab.store, '_gatehouse/meta/conda', `${app}.json`);
  await writeFile(note, (await readFile(note, 'utf8')).replace(/(?<="md5":")[0-9a-f]{32}/, '0'.repeat(32)));
  // What was read before is not read again.
  expect(await scene.index()).toEqual([]);
  expect(await scene.damage()).toEqual([]);
  await rm(join(scene.lab.store, '_gatehouse/state'), { recursive: true });
  expect(await scene.index()).toEqual([]);
  expect(await scene.damage()).toEqual([
    `verify.record ${app}`,
    'verify.index-form linux-64/repodata.json',
    'verify.zst linux-64/repodata.json.zst',
    'verify.index-form linux-64/current_repodata.json',
  ]);
  expect(await scene.index({ rebuild: true })).toEqual([]);
  expect(await scene.served()).toEqual(scene.sound);
  expect(await scene.damage()).toEqual([]);
});
