import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

type Sources = ReadonlyMap<string, string>;

const sources: Sources = new Map(
  globSync('{bin,core,adapters,local,lambdas,lib}/**/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('.d.ts'))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);

/** Folder -> the other folders that its own files import, type imports included; a folder below it is another one. */
function folderImports(files: Sources): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const [path, text] of files) {
    const from = dirname(path);
    const targets = imports.get(from) ?? new Set<string>();
    for (const [, target = ''] of text.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g))
      targets.add(dirname(normalize(join(from, target))));
    targets.delete(from);
    imports.set(from, targets);
  }
  return imports;
}

/** The folders from which imports lead back to themselves. */
function inRings(files: Sources): string[] {
  const imports = folderImports(files);
  const reachable = (start: string): Set<string> => {
    const seen = new Set<string>();
    const visit = (folder: string): void => {
      for (const next of imports.get(folder) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        visit(next);
      }
    };
    visit(start);
    return seen;
  };
  return [...imports.keys()].filter((folder) => reachable(folder).has(folder)).sort();
}

/** The names that two files export. Each function of the cloud has a `handler`, which is the name that Lambda calls. */
function exportedTwice(files: Sources): string[] {
  const exported = [...files.values()].flatMap((text) => [
    ...new Set(
      [...text.matchAll(/^export (?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/gm)].map(
        ([, name = '']) => name,
      ),
    ),
  ]);
  const counts = Map.groupBy(exported, (name) => name);
  return [...counts].filter(([name, { length }]) => length > 1 && name !== 'handler').map(([name]) => name);
}

describe('the folders of the product', () => {
  it('import each other one way', () => {
    expect(folderImports(sources).size).toBeGreaterThan(40);
    expect(inRings(sources)).toEqual([]);
  });

  it('would be seen to import each other, by a third and by a type', () => {
    const planted = new Map([
      ['a/one.ts', "import type { Two } from './b/two.ts';"],
      ['a/b/two.ts', "export { three } from '../../c/three.ts';"],
      ['c/three.ts', "const one = await import('../a/one.ts');"],
      ['d/four.ts', "import { one } from '../a/one.ts';"],
    ]);
    expect(inRings(planted)).toEqual(['a', 'a/b', 'c']);
  });
});

describe('an exported name', () => {
  it('is exported by one file', () => {
    expect(exportedTwice(sources)).toEqual([]);
  });

  it('would be seen to be exported by two', () => {
    const planted = new Map([
      ['a.ts', 'export async function* read() {}\nexport const handler = 1;\nexport type Own = 1;'],
      ['b.ts', 'export interface read {}\nexport const handler = 2;'],
    ]);
    expect(exportedTwice(planted)).toEqual(['read']);
  });
});
