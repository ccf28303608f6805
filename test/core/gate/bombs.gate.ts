import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { bombs } from '../../support/bombs/bombs.ts';
import type { ArchiveKind } from '../../support/made-archives/make-file.ts';
import { stem } from '../../support/packages/build-package.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bombs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ids: Partial<Record<ArchiveKind, string>> = {
  conda: `linux-64/${stem}.conda`,
  'tar.bz2': `linux-64/${stem}.tar.bz2`,
  wheel: 'simple/demo/demo-1.0-py3-none-any.whl',
  'sdist.tar.gz': 'simple/demo/demo-1.0.tar.gz',
};

const toldSchema = z.object({ code: z.string().nullable(), milliseconds: z.number(), grownMib: z.number() });

/** In a process of its own, whose peak no other file has lifted. */
async function readAlone(kind: ArchiveKind, bytes: Uint8Array): Promise<z.infer<typeof toldSchema>> {
  const path = join(folder, 'bomb');
  writeFileSync(path, bytes);
  const child = fork(new URL('../../support/bombs/read-bomb.ts', import.meta.url), [kind, ids[kind] ?? '', path]);
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(toldSchema.parse(message)));
    child.once('exit', (code) => reject(new Error(`it ended by ${code}`)));
  });
}

it.each(bombs)('refuses $name within 5 seconds and 256 MiB', async ({ kind, code, bytes }) => {
  const told = await readAlone(kind, bytes());
  if (process.env['GATEHOUSE_SHOW_BOMBS']) console.log(told);
  expect(told.code).toMatch(code);
  expect(told.milliseconds).toBeLessThan(5000);
  expect(told.grownMib).toBeLessThan(256);
});
