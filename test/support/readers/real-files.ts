import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveKind } from '../made-archives/make-file.ts';
import { corpus, corpusPackages } from '../packages/corpus.ts';
import type { FileToJudge } from './our-reading.ts';

const kinds: readonly (readonly [ending: RegExp, kind: ArchiveKind])[] = [
  [/\.conda$/, 'conda'],
  [/\.whl$/, 'wheel'],
  [/\.tar\.gz$/, 'sdist.tar.gz'],
  [/\.zip$/, 'sdist.zip'],
];

/** Each file of the corpus that a client could fetch: packages, wheels, source distributions. */
export function* realFiles(): Generator<FileToJudge> {
  for (const { subdir, fileName, path } of corpusPackages) {
    yield { kind: kindOf(path) ?? 'tar.bz2', id: `${subdir}/${fileName}`, bytes: readFileSync(path) };
  }
  for (const folder of ['wheels', 'sdists', 'pypi-2026']) yield* filesForPip(join(corpus, folder));
}

function* filesForPip(folder: string): Generator<FileToJudge> {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const kind = path.endsWith('.tar.bz2') ? 'sdist.tar.bz2' : kindOf(path);
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    if (kind) yield { kind, id: `simple/any/${fileName}`, bytes: readFileSync(join(folder, path)) };
  }
}

const kindOf = (path: string): ArchiveKind | undefined => kinds.find(([ending]) => ending.test(path))?.[1];
