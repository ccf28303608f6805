import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { projectPageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { serveStore } from '../../../local/serve/serve-store.ts';
import type { Scene } from './scene.ts';

const pageSchema = z.looseObject({
  files: z.array(z.looseObject({ filename: z.string(), hashes: z.strictObject({ sha256: z.string() }) })),
});

/** What a deployed stack serves to pip: networkx 1.10, of which the index has an sdist alone, and what it needs. */
export function pipChecks(scene: () => Scene): void {
  describe('pip', () => {
    it('takes networkx 1.10 and its decorator for Python 3.8, and the bytes are those of their pages', async () => {
      await using channel = await serveStore({ store: scene().deployment.store, port: 0 });
      const taken = join(scene().folder, 'taken');
      const { stdout, code } = await pipDownload(channel.url, '3.8', taken);
      expect(code, stdout).toBe(0);
      const names = (await readdir(taken)).sort();
      const networkx = 'networkx-1.10-0gatehouse1-cp36.cp37.cp38-none-any.whl';
      expect(names).toEqual(['decorator-4.4.2-py2.py3-none-any.whl', networkx]);
      for (const name of names) {
        const hash = sha256Of(await readFile(join(taken, name)));
        expect(await listedHash(scene(), name)).toBe(hash);
      }
    });

    it('refuses it for Python 3.11, which it does not work with', async () => {
      await using channel = await serveStore({ store: scene().deployment.store, port: 0 });
      const { stdout, code } = await pipDownload(channel.url, '3.11', join(scene().folder, 'refused'));
      expect(code).not.toBe(0);
      expect(stdout).toContain('No matching distribution found for networkx==1.10');
    });
  });
}

async function listedHash({ deployment }: Scene, fileName: string): Promise<string | undefined> {
  const project = projectNameSchema.parse(fileName.split('-')[0]);
  const object = await deployment.store.read(projectPageKey(project, 'index.json'));
  const { files } = parseJson(Buffer.from(object?.bytes ?? []).toString(), pageSchema, project);
  return files.find(({ filename }) => filename === fileName)?.hashes.sha256;
}

/** pip of the environment that `GATEHOUSE_CLIENTS` names, with no configuration and no cache. */
async function pipDownload(url: string, python: string, folder: string): Promise<{ stdout: string; code: unknown }> {
  const clients = process.env['GATEHOUSE_CLIENTS'];
  if (clients === undefined)
    throw new Error('GATEHOUSE_CLIENTS names no folder of programs with a python that has pip');
  await mkdir(folder, { recursive: true });
  const args = ['-m', 'pip', '--isolated', '--no-cache-dir', '--disable-pip-version-check', 'download'];
  const what = ['networkx==1.10', '--index-url', `${url}/simple/`, '--dest', folder];
  const target = ['--only-binary', ':all:', '--python-version', python, '--implementation', 'cp'];
  const run = promisify(execFile)(join(clients, 'python'), [...args, ...what, ...target]);
  return run.then(
    ({ stdout, stderr }) => ({ stdout: stdout + stderr, code: 0 }),
    (error) => ({ stdout: `${error.stdout}${error.stderr}`, code: error.code }),
  );
}
