import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lab, names, useLab } from '../support/cli/lab.ts';
import { startCli } from '../support/cli/run-cli.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

it('sweeps as it starts, behind its sync: what a waiver let in that is gone is taken back', async () => {
  const startUp = { path: 'lib/python3.11/site-packages/app.pth', content: 'import os\n' };
  await lab.publish([small('app 1.0', [], { files: [startUp] }), small('base 1.0')]);
  const [held] = (await lab.sync(lab.allowlist(['app', 'base']))).held;
  const waivers = [JSON.parse(/\{.*\}$/.exec(held?.hint ?? '')?.[0] ?? '')];
  await lab.sync(lab.allowlist(['app', 'base'], { waivers }));
  expect(await names()).toEqual(['app-1.0-0.conda', 'base-1.0-0.conda']);
  const allowlist = { channels: [lab.upstream.url], platforms: ['linux-64'], packages: ['app', 'base'] };
  const file = join(lab.store, '..', 'allowlist.json');
  await writeFile(file, JSON.stringify(allowlist));
  const args = ['up', '--store', lab.store, '--allowlist', file, '--port', '0'];
  const up = startCli(args, { cwd: join(lab.store, '..') });
  try {
    await up.untilSaid('sweep.bad-file');
    expect(up.said.stderr).toContain('recalled linux-64/app-1.0-0.conda: D3.import');
  } finally {
    up.child.kill('SIGINT');
  }
  expect((await up.ended).status).toBe(0);
  expect(await names()).toEqual(['base-1.0-0.conda']);
  await rm(file);
});
