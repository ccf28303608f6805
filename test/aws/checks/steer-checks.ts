import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { samplePlatforms } from '../../../local/sample/sample-channel.ts';
import { type CliRun, runCli } from '../../support/cli/run-cli.ts';
import { small } from '../../support/cli/start-lab.ts';
import { buildCourseChannel } from '../course-upstream.ts';
import { latestRun } from '../follow-run.ts';
import { stackName } from '../names.ts';
import type { Scene } from './scene.ts';

const document = (text: string) => parseJson(text, z.record(z.string(), z.unknown()), 'stdout');

const writtenSchema = z.looseObject({ packages: z.array(z.unknown()) });

/** What an operator sees of the stack from a machine of his, and does there. */
export function steerChecks(scene: () => Scene): void {
  const gatehouse = (command: string, ...args: readonly string[]): Promise<CliRun> => {
    const { deployment, folder } = scene();
    return runCli([command, '--store', `s3://${deployment.outputs.Bucket}`, ...args], { cwd: folder });
  };

  describe('an operator', () => {
    it('sees how the stack stands by the name of its bucket', async () => {
      const { status, stdout, stderr } = await gatehouse('status', '--json');
      expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' });
      expect(document(stdout)).toMatchObject({
        well: true,
        underWay: null,
        last: { by: 'cloud', stage: 'settled', problems: [] },
        stack: { stack: stackName, alarms: expect.arrayContaining([expect.any(String)]) },
        cloud: { deadLetters: expect.arrayContaining([{ queue: 'plan', messages: 0 }]), alarms: [], unread: [] },
      });
      const shown = await gatehouse('status');
      expect(shown.stdout).toMatch(/^last sync: a run of the cloud, began .*$/m);
    });

    it('has a run begin now, and follows it to the summary that a sync here has', async () => {
      const { deployment, upstreamFolder } = scene();
      const before = await latestRun(deployment);
      const newer = ['1.5.0', '1.6.0'].flatMap((version) =>
        samplePlatforms.map((subdir) => small(`campus-stats ${version}`, ['campus-base >=1.0,<3.0a0'], { subdir })),
      );
      await buildCourseChannel(upstreamFolder, newer);
      const { status, stdout, stderr } = await gatehouse('sync', '--remote', '--json', '--timeout', '5');
      expect(status, stderr).toBe(0);
      expect(document(stdout)['fetched']).toContain('linux-64/campus-stats-1.6.0-0.conda');
      expect(document(stdout)).toMatchObject({ failed: [], held: [], applied: expect.anything() });
      expect(stderr).toMatch(/^the stack was asked for a run: [0-9a-f]{12}\n/);
      expect(stderr).toMatch(/^fetched conda\/linux-64\/campus-stats-1\.6\.0-0\.conda/m);
      expect(stderr).toMatch(/^proof: (\d+) of \1 install from this channel alone$/m);
      expect(await latestRun(deployment)).not.toBe(before);
      expect((await gatehouse('status')).status).toBe(0);
    });

    it('cannot put another allowlist in the place of the deployed one unknowingly', async () => {
      const { deployment, allowlist, folder } = scene();
      const run = await latestRun(deployment);
      const written = parseJson(await readFile(allowlist, 'utf8'), writtenSchema, 'the allowlist');
      const other = join(folder, 'other.json');
      await writeFile(other, JSON.stringify({ ...written, packages: ['campus-text'] }));
      const refused = await gatehouse('sync', '--allowlist', other);
      expect(refused.stderr).toMatch(/^error: the stack GatehouseTest fills this bucket/);
      expect(refused.stderr).toMatch(/^ {2}- campus-notebook/m);
      expect(refused.status).toBe(1);
      const same = await gatehouse('sync', '--allowlist', allowlist);
      expect(same.status, same.stderr).toBe(0);
      expect(await latestRun(deployment)).toBe(run);
    });
  });
}
