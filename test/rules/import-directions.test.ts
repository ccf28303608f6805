import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const importing = (from: string) => `import * as planted from '${from}';\n\nexport const kept = planted;\n`;

const forbidden: [path: string, from: string, message: string][] = [
  ['core/planted-1.ts', '../adapters/store-folder/store-folder.ts', 'core imports nobody'],
  ['core/planted-2.ts', '@aws-sdk/client-s3', 'core knows no AWS'],
  ['core/planted-3.ts', 'node:fs', 'core does no I/O'],
  ['core/planted-4.ts', 'node:http', 'core does no I/O'],
  ['core/planted-5.ts', '@conda-org/rattler', 'core takes its solver'],
  ['core/steps/planted-6.ts', './plan.ts', 'a step never imports'],
  ['core/steps/planted-7.ts', '../../local/sync.ts', 'core imports nobody'],
  ['adapters/planted-8.ts', '../local/sync.ts', 'adapters import core only'],
  ['lambdas/planted-9.ts', '../local/sync.ts', 'lambdas import adapters and core only'],
  ['local/planted-10.ts', '../lambdas/indexer.ts', 'local imports adapters and core only'],
  ['lib/planted-11.ts', '../core/steps/plan.ts', 'lib imports core/layout, core/problems and the parsers'],
  ['lib/planted-60.ts', '../core/names/subdir.ts', 'lib imports core/layout, core/problems and the parsers'],
  [
    'lib/planted-78.ts',
    '../core/documents/allowlist/read-entries.ts',
    'lib imports core/layout, core/problems and the parsers',
  ],
  [
    'lib/planted-110.ts',
    '../core/documents/patches/hotfix.ts',
    'lib imports core/layout, core/problems and the parsers',
  ],
  ['lib/edge/planted-61.ts', '../../core/json/json.ts', 'lib imports core/layout, core/problems and the parsers'],
  [
    'lib/planted-62.ts',
    '../adapters/store-folder/store-folder.ts',
    'lib imports core/layout, core/problems and the parsers',
  ],
  ['lib/planted-63.ts', '@aws-sdk/client-s3', 'lib imports aws-cdk-lib'],
  ['lib/planted-64.ts', 'fast-check', 'lib imports aws-cdk-lib'],
  ['bin/planted-12.ts', '../core/layout/keys.ts', 'bin imports lib or local only'],
  ['core/planted-24.ts', 'ajv', 'core imports zod'],
  ['core/planted-25.ts', 'ajv/dist/2020.js', 'core imports zod'],
  ['core/planted-26.ts', '@types/node', 'core imports zod'],
  ['core/planted-27.ts', 'fs', 'core imports zod'],
  ['core/steps/planted-28.ts', 'vitest', 'core imports zod'],
  ['core/steps/planted-29.ts', '../steps/plan.ts', 'a step never imports'],
  ['core/steps/planted-30.ts', '../../core/steps/plan.ts', 'a step never imports'],
  ['core/steps/planted-31.ts', 'node:fs', 'core does no I/O'],
  ['core/planted-37.ts', 'yauzl', 'core imports zod'],
  ['core/steps/planted-58.ts', 'yauzl', 'core imports zod'],
  ['core/planted-34.ts', 'compressjs', 'core imports zod'],
];

/** Expressions of core that would reach for the world instead of taking it as an argument. */
const ambient: [path: string, expression: string, message: string][] = [
  ['core/planted-40.ts', "fetch('https://example.org')", 'core takes its fetch'],
  ['core/planted-41.ts', "globalThis.fetch('https://example.org')", 'core takes the world as arguments'],
  ['core/planted-42.ts', "process.env['HOME']", 'core takes the world as arguments'],
  ['core/planted-43.ts', 'setTimeout(() => {}, 1)', 'core takes its clock'],
  ['core/planted-44.ts', 'setInterval(() => {}, 1)', 'core takes its clock'],
  ['core/planted-45.ts', 'setImmediate(() => {})', 'core takes its clock'],
  ['core/planted-46.ts', 'performance.now()', 'core takes its clock'],
  ['core/planted-47.ts', "console.log('here')", 'core tells by its log'],
  ['core/planted-48.ts', 'Date.now()', 'core takes its clock'],
  ['core/planted-49.ts', '[1].map(Date.now)', 'core takes its clock'],
  ['core/planted-50.ts', 'new Date()', 'core takes its clock'],
  ['core/planted-51.ts', 'Date()', 'core takes its clock'],
  ['core/planted-52.ts', 'Math.random()', 'core takes its chance'],
  ['core/planted-53.ts', '[1].map(Math.random)', 'core takes its chance'],
  ['core/steps/planted-54.ts', 'Date.now()', 'core takes its clock'],
  ['core/steps/planted-55.ts', "fetch('https://example.org')", 'core takes its fetch'],
];

const allowed: [path: string, from: string][] = [
  ['core/planted-13.ts', 'node:zlib'],
  ['core/steps/planted-14.ts', '../layout/keys.ts'],
  ['adapters/planted-15.ts', '../core/layout/keys.ts'],
  ['local/planted-16.ts', '../adapters/store-folder/store-folder.ts'],
  ['lib/planted-17.ts', '../core/layout/keys.ts'],
  ['lib/planted-79.ts', '../core/documents/allowlist/parse-allowlist.ts'],
  ['lib/planted-111.ts', '../core/documents/patches/patch-file.ts'],
  ['lib/planted-112.ts', '../core/problems/error.ts'],
  ['lib/edge/planted-65.ts', '../../core/layout/route.ts'],
  ['lib/planted-66.ts', 'aws-cdk-lib/aws-s3'],
  ['lib/planted-67.ts', 'constructs'],
  ['lib/planted-68.ts', 'esbuild'],
  ['lib/planted-69.ts', 'zod'],
  ['lib/planted-70.ts', 'node:path'],
  ['lib/planted-71.ts', './edge/compile-edge.ts'],
  ['bin/planted-18.ts', '../local/main.ts'],
  ['core/planted-32.ts', 'zod'],
  ['core/planted-33.ts', '@msgpack/msgpack'],
  ['core/planted-72.ts', 'jsonc-parser'],
  ['core/steps/planted-73.ts', 'jsonc-parser'],
  ['core/planted-76.ts', 'htmlparser2'],
  ['core/steps/planted-77.ts', 'htmlparser2'],
  ['core/planted-74.ts', 'seek-bzip'],
  ['core/steps/planted-75.ts', 'seek-bzip'],
  ['core/planted-35.ts', './planted-21.ts'],
  ['core/planted-36.ts', '../core/planted-21.ts'],
  ['core/steps/planted-38.ts', '../ports/clock.ts'],
  ['local/planted-39.ts', 'vitest'],
];

const planted = new Map<string, string>([
  ...[...forbidden, ...allowed].map(([path, from]): [string, string] => [path, importing(from)]),
  ...ambient.map(([path, expression]): [string, string] => [
    path,
    `export const kept = (): unknown => ${expression};\n`,
  ]),
  [
    'core/planted-56.ts',
    'export const kept = (fetch: (url: string) => unknown) => [fetch(""), new Date(5), Date.parse("")];\n',
  ],
  ['local/planted-57.ts', 'export const kept = () => [Date.now(), new Date(), Math.random(), performance.now()];\n'],
  ['local/planted-19.ts', "export const kept: unknown = JSON.parse('1');\n"],
  ['core/planted-20.ts', 'export const kept = (value: unknown) => value as number;\n'],
  ['core/planted-21.ts', 'export const kept = [1] as const;\n'],
  ['core/planted-22.ts', "import { b } from './planted-23.ts';\n\nexport const a = (): number => b();\n"],
  ['core/planted-23.ts', "import { a } from './planted-22.ts';\n\nexport const b = (): number => a();\n"],
]);

let folder = '';
let said = '';

/** What Biome says of one planted file: the diagnostics whose first line names it. */
const about = (path: string): string =>
  said
    .split(/\n(?=\S+\.ts(?::\d+:\d+)? \S)/)
    .filter((part) => part.trimStart().startsWith(path))
    .join('\n');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-rules-'));
  for (const name of ['biome.json', 'rules']) await cp(join(root, name), join(folder, name), { recursive: true });
  for (const [path, source] of planted) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  }
  const args = ['lint', '--colors=off', '--max-diagnostics=none', '--vcs-enabled=false', '.'];
  const { stdout, stderr } = await run(join(root, 'node_modules/.bin/biome'), args, { cwd: folder }).catch(
    (failed: { stdout: string; stderr: string }) => failed,
  );
  said = stdout + stderr;
});

afterAll(() => rm(folder, { recursive: true }));

describe('a forbidden import is a lint error', () => {
  it.each(forbidden)('%s -> %s', (path, _from, message) => {
    expect(about(path)).toContain(message);
  });

  it.each(allowed)('while %s -> %s is allowed', (path) => {
    expect(about(path)).toBe('');
  });
});

describe('core takes the world as arguments', () => {
  it.each(ambient)('%s: %s', (path, _expression, message) => {
    expect(about(path)).toContain(message);
  });

  it('while an argument of the same name, a given time and every other folder are free', () => {
    expect(about('core/planted-56.ts')).toBe('');
    expect(about('local/planted-57.ts')).toBe('');
  });
});

describe('parsing happens at the edge', () => {
  it('JSON.parse outside core/json/json.ts is a lint error', () => {
    expect(about('local/planted-19.ts')).toContain('Only core/json/json.ts may call JSON.parse');
  });

  it('a type assertion is a lint error, `as const` is not', () => {
    expect(about('core/planted-20.ts')).toContain('No type assertion');
    expect(about('core/planted-21.ts')).toBe('');
  });

  it('an import cycle is a lint error', () => {
    expect(about('core/planted-22.ts')).toContain('noImportCycles');
  });
});
