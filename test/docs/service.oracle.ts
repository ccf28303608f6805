import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root, serviceUnit } from '../support/docs/service-unit.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

test('systemd takes the unit in docs/serving.md', async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const file = join(folder.path, 'gatehouse.service');
  const verified = async (text: string) => {
    await writeFile(file, text.replaceAll('/opt/gatehouse', root));
    return spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' }).stderr;
  };
  expect(await verified(serviceUnit)).toBe('');
  expect(await verified(serviceUnit.replace('ProtectHome=', 'ProtectHomes='))).toContain('ProtectHomes');
});
