import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** The rooms of `core` in the order in which ARCHITECTURE.md draws them: each may import those above it. */
const drawing = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const rooms = [...drawing.matchAll(/^ {2}([a-z-]+)\/ /gm)].map(([, room]) => room ?? '');

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import of one room from another, type imports included; a room is a folder of `core` with all below it. */
function importsOf(path: string, text: string): Import[] {
  const [from = ''] = path.split('/');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)]
    .map(([, target]) => normalize(join(dirname(path), target ?? '')).split('/')[0] ?? '')
    .filter((to) => to !== from)
    .map((to) => ({ from, to }));
}

/** The imports that point down, from a room to one that is drawn below it, or out of `core`. */
const wrong = (imports: readonly Import[]): Import[] =>
  imports.filter(({ from, to }) => rooms.indexOf(to) === -1 || rooms.indexOf(to) >= rooms.indexOf(from));

const files = readdirSync(join(root, 'core'), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
);
const imports = files.flatMap((path) => importsOf(path, readFileSync(join(root, 'core', path), 'utf8')));

describe('the rooms of core', () => {
  it('are those that ARCHITECTURE.md draws, and no file lies between them', () => {
    expect([...new Set(files.map((path) => path.split('/')[0]))].sort()).toEqual([...rooms].sort());
  });

  it('import only rooms above them', () => {
    const shown = wrong(imports).map(({ from, to }) => `${from} -> ${to}`);
    expect([...new Set(shown)]).toEqual([]);
    expect(imports.length).toBeGreaterThan(200);
  });

  it('have steps that import no other step', () => {
    const steps = files.filter((path) => path.startsWith('steps/'));
    const targets = (path: string) =>
      [...readFileSync(join(root, 'core', path), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(
        ([, target]) => normalize(join(dirname(path), target ?? '')),
      );
    expect(steps.filter((path) => targets(path).some((target) => target.startsWith('steps/')))).toEqual([]);
    expect(steps.length).toBeGreaterThan(10);
  });

  it('hold no more than 16 files a folder', () => {
    const counts = Map.groupBy(files, (path) => dirname(path));
    expect([...counts].filter(([, held]) => held.length > 16).map(([folder]) => folder)).toEqual([]);
  });

  it.each([
    ['names/planted.ts', "import type { Plan } from '../documents/plan.ts';"],
    ['documents/planted.ts', "const index = await import('../index/state/manifest.ts');"],
    ['steps/planted.ts', "export { x } from '../../adapters/store-folder/store-folder.ts';"],
  ])('would see %s', (path, text) => {
    expect(wrong(importsOf(path, text))).toHaveLength(1);
  });
});
