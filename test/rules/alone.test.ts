import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const tests = resolve(import.meta.dirname, '..');

/** Another file in the same process would get the mock, or the mocking file the real module; and a peak is of all files. */
const needing = /\bvi\.(?:do)?mock\(|resourceUsage\(/i;
/** What is put in the place of a module of Node's is so for all files that share the process. */
const replacing = /\bsyncBuiltinESMExports\(\);/;

/** A program in a text is for another process. */
const withoutTexts = (source: string) => source.replace(/'[^'\n]*'/g, "''");

const isTest = (file: string) => /\.(?:test|long)\.ts$/.test(file);
const isAlone = (file: string) => file.endsWith('.alone.test.ts');

it('a test that puts a module in the place of another, or measures its process, has a process alone', async () => {
  const texts = await textsOfTests();
  const shared = [...texts].filter(([file]) => isTest(file) && !isAlone(file));
  expect(shared.filter(([, text]) => needing.test(withoutTexts(text))).map(([file]) => file)).toEqual([]);
  const reaching = shared.filter(([file]) => reaches(file, texts, new Set()));
  expect(reaching.map(([file]) => file)).toEqual([]);
});

async function textsOfTests(): Promise<Map<string, string>> {
  const files = (await readdir(tests, { recursive: true })).filter((file) => file.endsWith('.ts'));
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(tests, file), 'utf8')] as const)),
  );
}

/** Whether a file replaces one of Node's modules, or imports one that does. */
function reaches(file: string, texts: ReadonlyMap<string, string>, seen: Set<string>): boolean {
  const text = texts.get(file);
  if (text === undefined || seen.has(file)) return false;
  seen.add(file);
  const imported = [...text.matchAll(/^(?:import|export)\b[^;]*?'(\.[^']+)';/gm)].map(([, path = '']) => path);
  return replacing.test(text) || imported.some((path) => reaches(join(dirname(file), path), texts, seen));
}
