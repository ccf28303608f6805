import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { small } from '../support/cli/start-lab.ts';
import { nothingAsked } from '../support/gate/test-gate.ts';

useLab();

const offersSchema = z.object({
  together: z.object({
    apart: z.array(z.looseObject({ environment: z.record(z.string(), z.array(z.string())).nullable() })),
  }),
});

it('the environment that a plan offers is one that a sync proves, and the plan has nothing more to tell', async () => {
  await lab.publish([
    small('base 1.0'),
    small('base 2.0'),
    small('old 1.0', ['base <2']),
    small('new 1.0', ['base']),
    small('new 2.0', ['base >=2']),
  ]);
  const packages = ['old', 'new'];
  const file = join(lab.upstreamFolder, '..', 'allowlist.json');
  const document = { channels: [lab.upstream.url], platforms: ['linux-64'], packages, policy: nothingAsked };
  await writeFile(file, JSON.stringify(document));
  const flags = ['--allowlist', file, '--store', lab.store];
  const { status, stdout, stderr } = await runCli(['plan', '--json', ...flags], { cwd: lab.upstreamFolder });
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('problem')]);
  const [offer] = parseJson(stdout, offersSchema, 'the plan').together.apart;
  expect(offer).toMatchObject({ entries: packages, upstream: 'solves' });
  const { plan, problems, proof } = await lab.sync(lab.allowlist(packages, { environments: offer?.environment }));
  expect([problems, plan.together]).toEqual([[], undefined]);
  expect(proof.proof.entries.map(({ entry, installable }) => `${entry} ${installable}`)).toEqual([
    'old true',
    'new true',
    'environment:together true',
  ]);
  expect(plan.artifacts.find(({ filename }) => filename === 'new-1.0-0.conda')?.why).toEqual(['environment:together']);
});
