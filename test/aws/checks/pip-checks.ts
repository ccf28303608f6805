import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { projectPageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { serveStore } from '../../../local/serve/serve-store.ts';
import { pipDownload } from '../pip-download.ts';
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
      const { stdout, code } = await pipDownload('networkx==1.10', {
        index: `${channel.url}/simple/`,
        python: '3.8',
        folder: taken,
      });
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
      const asked = { index: `${channel.url}/simple/`, python: '3.11', folder: join(scene().folder, 'refused') };
      const { stdout, code } = await pipDownload('networkx==1.10', asked);
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
