import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../adapters/solver-rattler/solver-rattler.ts';
import { heldKey, ledgerKey, recalledKey } from '../../core/layout/gate-keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { runCommand } from '../../local/commands/run-command.ts';
import { commands } from '../../local/main.ts';
import { fakeTerminal } from '../support/cli/fake-terminal.ts';
import { type SoundLab, startSoundLab } from '../support/cli/sound-lab.ts';
import { buildConda } from '../support/packages/build-package.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

let scene: SoundLab;
beforeEach(async () => {
  scene = await startSoundLab(solver);
});
afterEach(() => scene.lab[Symbol.asyncDispose]());

const at = (key: string) => join(scene.lab.store, key);
/** A command in this process, over the store of the scene. */
async function run(...argv: string[]) {
  const terminal = fakeTerminal();
  const untilInterrupted = () => new Promise<never>(() => {});
  const status = await runCommand([...argv, '--store', scene.lab.store], { commands, terminal, untilInterrupted });
  return { stdout: terminal.said.out, stderr: terminal.said.err, status };
}
const verify = async () => (await run('verify')).stderr;
const app = 'linux-64/app-1.0-0.conda';
const verdict = async () => {
  const folder = at(`_gatehouse/verdicts/conda/${app}`);
  const [name = ''] = await readdir(folder);
  return join(folder, name);
};

describe('gatehouse verify', () => {
  it('says where the ledger ends, and nothing else of a store that is as it was left', async () => {
    expect(await verify()).toMatch(/^\d+ objects checked, 0 problems\nledger: 2 entries, the last is [0-9a-f]{64}\n$/);
  });

  it('finds an entry that was edited, and one that is gone', async () => {
    const first = at(ledgerKey(1));
    await writeFile(first, (await readFile(first, 'utf8')).replace('"pass"', '"warn"').replace('"at":1', '"at":2'));
    expect(await verify()).toMatch(/verify\.ledger: \S*000000000001\.json: entry 2 names other bytes of entry 1/);
    await rm(at(ledgerKey(2)));
    expect(await verify()).toMatch(/verify\.ledger: _gatehouse\/ledger-head\.json: the ledger lacks entry 2/);
  });

  it('finds a verdict that somebody wrote, and one that is gone: then the file was never judged', async () => {
    const place = await verdict();
    await writeFile(place, (await readFile(place, 'utf8')).replace('"judgedBy":"', '"judgedBy":"1'));
    expect(await verify()).toMatch(/verify\.verdict: \S*app-1\.0-0\.conda\/\S+: is not what entry \d of the ledger/);
    await rm(place);
    const told = await verify();
    expect(told).toMatch(/verify\.verdict: \S*app-1\.0-0\.conda\/\S+: is gone/);
    expect(told).toMatch(/verify\.unjudged: conda\/linux-64\/app-1\.0-0\.conda: /);
  });

  it('names a damaged document once', async () => {
    await writeFile(at('_gatehouse/control/conda/linux-64.json'), '{');
    expect(await verify()).toMatch(/^verify\.control: _gatehouse\/control\/conda\/linux-64\.json is not JSON\nhint: /m);
  });

  it('finds held and recalled bytes that are not what their name says', async () => {
    const bytes = Buffer.from('bytes');
    await scene.lab.world.store.put(heldKey(sha256Of(bytes)), bytes);
    expect(await verify()).toContain('0 problems');
    await scene.lab.world.store.put(heldKey(sha256Of('other')), bytes);
    await scene.lab.world.store.put(recalledKey(sha256Of('other')), bytes);
    expect((await verify()).match(/verify\.kept: \S+/g)).toEqual([
      `verify.kept: ${heldKey(sha256Of('other'))}:`,
      `verify.kept: ${recalledKey(sha256Of('other'))}:`,
    ]);
  });

  it('refuses what a reader refuses by now, though it came in once', async () => {
    // As a store from before the gate may have it: known by its provenance, and never judged.
    const odd = Buffer.concat([buildConda(), Buffer.from('behind the end')]);
    await scene.edit(app, () => odd);
    const provenance = await scene.provenance(app);
    const { size, sha256: _, ...rest } = JSON.parse(await readFile(provenance, 'utf8'));
    const sha256 = sha256Of(odd);
    await writeFile(join(provenance, '..', `${sha256}.json`), JSON.stringify({ ...rest, sha256, size: odd.length }));
    expect(await verify()).toMatch(/verify\.refused: conda\/linux-64\/app-1\.0-0\.conda: A4\.framing: /);
  });
});

describe('gatehouse sweep', () => {
  it('tells what it found though an index cannot be made', async () => {
    await writeFile(at('_gatehouse/control/conda/linux-64.json'), '{');
    const { stdout, stderr, status } = await run('sweep', '--json');
    expect(status).toBe(1);
    const lib = 'linux-64/lib-1.0-0.conda';
    const problems = [app, lib, 'the index'].map((subject) => ({ code: 'json.invalid', subject }));
    expect(JSON.parse(stdout)).toMatchObject({ checked: 0, unjudged: 2, recalled: [], problems });
    expect(stderr).toContain(`  json.invalid: ${app}\n`);
  });
});

describe('gatehouse why', () => {
  it('says where a package came from, for whom, and by which entry', async () => {
    const { stdout, status } = await run('why', 'app');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^linux-64\/app-1\.0-0\.conda: served/);
    expect(stdout).toMatch(/brought by app/);
    expect(stdout).toMatch(/ledger: \d judged (pass|warn)/);
    const unknown = await run('why', 'apb');
    expect(unknown).toMatchObject({ status: 1, stderr: expect.stringContaining('did you mean app?') });
  });
});

describe('gatehouse sbom', () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

  it('writes what is served, and what installs for an environment, by the schema', async () => {
    const list = join(scene.lab.store, '..', 'with-environment.json');
    const channels = ['https://conda.example/c'];
    const environments = { course: ['app'] };
    await writeFile(list, JSON.stringify({ channels, platforms: ['linux-64'], packages: ['app'], environments }));
    const whole = await run('sbom');
    expect(await validator.validate(whole.stdout)).toBeNull();
    expect(whole.stdout.match(/"purl": "pkg:conda\/(app|lib)@1\.0/g)).toHaveLength(2);
    const course = await run('sbom', '--environment', 'course', '--allowlist', list);
    expect(await validator.validate(course.stdout)).toBeNull();
    expect(JSON.parse(course.stdout).dependencies).toEqual([
      { ref: 'gatehouse', dependsOn: ['linux-64/app-1.0-0.conda'] },
      { ref: 'linux-64/app-1.0-0.conda', dependsOn: ['linux-64/lib-1.0-0.conda'] },
      { ref: 'linux-64/lib-1.0-0.conda', dependsOn: [] },
    ]);
    expect(await run('sbom', '--environment', 'other')).toMatchObject({ status: 2 });
  });

  it('is of one platform, if it is one', async () => {
    const { status, stdout } = await run('sbom', '--platform', 'linux-64');
    expect([status, stdout.match(/"purl": "pkg:conda/g)?.length]).toEqual([0, 2]);
    const wrong = await run('sbom', '--platform', 'linux-65');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('"linux-65", which is none') });
  });
});
