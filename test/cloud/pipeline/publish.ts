import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import type { Side } from '../../../core/layout/sides.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { small } from '../../support/cli/start-lab.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/machine/temporary-folder.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';
import { addPublishers } from '../../support/stack/publishers.ts';
import { appOutput, deadLetters, noDeadLetters, openScene, type Scene } from './scene.ts';

const fileName = 'acme_tool-1.0-py3-none-any.whl';
const wheel = buildWheel({ fileName });
const others = buildWheel({ fileName, files: { 'acme_tool.py': 'x = 2\n' } });
const allowlist = { channels: [], platforms: ['linux-64'], reserved: ['acme'], packages: [] };
const minutes = { timeout: 300_000 };

const reportSchema = z.looseObject({
  files: z.array(z.looseObject({ key: z.string(), sha256: z.string(), status: z.string() })),
  problems: z.array(z.looseObject({ code: z.string() })),
});

describe('who may publish, beside the stack', { shuffle: false }, () => {
  let folder: TemporaryFolder;
  let scene: Scene;
  beforeAll(async () => {
    folder = await temporaryFolder();
    scene = await openScene(await appOutput(folder, JSON.stringify(allowlist), addPublishers));
    await scene.stack.rest();
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  async function fileOf(home: string, name: string, bytes: Uint8Array): Promise<string> {
    await mkdir(join(folder.path, home), { recursive: true });
    const path = join(folder.path, home, name);
    await writeFile(path, bytes);
    return path;
  }

  /** A command of the role that may publish to a side. */
  async function runAs(to: Side, ...args: readonly string[]) {
    const { cloud, wiring, bucket } = scene.stack;
    const role = wiring.roles.find(({ name }) => name.startsWith(`${to}Publisher`))?.name ?? '';
    const env = { ...cloud.environment, AWS_ACCESS_KEY_ID: role };
    const run = await runCli([...args, '--store', `s3://${bucket}`, '--json'], { cwd: folder.path, env });
    return { ...run, report: run.stdout === '' ? null : parseJson(run.stdout, reportSchema, 'the report') };
  }

  const listed = (key: string) => scene.contents(key)[key] ?? '';

  it('two of which publish the same and something of their own at once: all of it is listed', minutes, async () => {
    const shared = await fileOf('dist', fileName, wheel);
    const own = await Promise.all(
      ['acme-one 1.0', 'acme-two 1.0'].map(async (name) => {
        const { filename, bytes } = await buildPackage(small(name));
        return { filename, path: await fileOf('dist', filename, bytes) };
      }),
    );
    const runs = await Promise.all(own.map(({ path }) => runAs('staging', 'publish', shared, path, '--to', 'staging')));
    for (const { status, stderr } of runs) expect(status, stderr).toBe(0);
    const statuses = runs.map(({ report }) => report?.files.find(({ key }) => key.endsWith(fileName))?.status);
    expect(statuses.sort()).toEqual(['present', 'stored']);
    expect(listed('staging/simple/acme-tool/index.json')).toContain(sha256Of(wheel));
    for (const { filename } of own) expect(listed('staging/conda/linux-64/repodata.json')).toContain(filename);
    expect(Object.keys(scene.contents('simple/acme'))).toEqual([]);
  });

  it('other bytes under a name that was used are refused, by the command and by the bucket', minutes, async () => {
    const { status, report } = await runAs(
      'staging',
      'publish',
      await fileOf('other', fileName, others),
      '--to',
      'staging',
    );
    expect(status).toBe(1);
    expect(report?.problems).toMatchObject([{ code: 'publish.used-name' }]);
  });

  it('into staging may publish nothing to the channel, and promote nothing', minutes, async () => {
    for (const args of [
      ['publish', join(folder.path, 'dist', fileName)],
      ['promote', 'acme-tool', '1.0'],
    ]) {
      const { status, stderr } = await runAs('staging', ...args);
      expect(status, stderr).toBe(1);
      expect(stderr).toContain('AccessDenied');
    }
    expect(Object.keys(scene.contents('simple/acme'))).toEqual([]);
  });

  it('into the channel promotes the very bytes, and the stack lists them there', minutes, async () => {
    const { status, stderr, report } = await runAs('channel', 'promote', 'acme-tool', '1.0');
    expect(status, stderr).toBe(0);
    expect(report?.files).toContainEqual(
      expect.objectContaining({ key: `simple/acme-tool/${fileName}`, sha256: sha256Of(wheel), status: 'stored' }),
    );
    expect(listed('simple/acme-tool/index.json')).toContain(sha256Of(wheel));
    expect(listed(`staging/simple/acme-tool/${fileName}`)).toBe(sha256Of(wheel));
    await scene.stack.rest();
    expect(deadLetters(scene)).toEqual(noDeadLetters);
    expect(await scene.damage(['linux-64'])).toEqual([]);
  });
});
