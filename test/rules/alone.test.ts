import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const tests = resolve(import.meta.dirname, '..');

/** Another file in the same process would get the mock, or the mocking file the real module; and a peak is of all files. */
const needing = /\bvi\.(?:do)?mock\(|resourceUsage\(/i;

it('a test that puts a module in the place of another, or measures its process, has a process alone', async () => {
  const files = await readdir(tests, { recursive: true });
  const shared = files.filter((file) => file.endsWith('.test.ts') && !file.endsWith('.alone.test.ts'));
  const texts = shared.map(async (file) => ({ file, text: await readFile(join(tests, file), 'utf8') }));
  const found = (await Promise.all(texts)).filter(({ text }) => needing.test(text)).map(({ file }) => file);
  expect(found).toEqual([]);
});
