import type { IndexLine } from '../../index/state/index-line.ts';
import { compareCodePoints } from '../../json.ts';
import type { FormSource, Section } from '../form.ts';

/** All lines of one package name: those of `packages` first, each section in order of file name. */
export interface NamedLines {
  readonly name: string;
  readonly lines: readonly IndexLine[];
}

/** `name` of a valid `name-version-build.format`; the pattern of a whole name costs ten times this. */
export function nameOf(filename: string): string {
  return filename.slice(0, filename.lastIndexOf('-', filename.lastIndexOf('-') - 1));
}

/**
 * The lines of a subdir by name, each name once and as soon as its last line is read. Both sections are read side by
 * side and twice, the first time to count: names do not sort as file names do (`a-1-0`, `a-b-1-0`, `a-v1-0`), but
 * nearly, so that few wait.
 *
 * @param only leaves all other names out
 */
export async function* linesByName(source: FormSource, only?: ReadonlySet<string>): AsyncGenerator<NamedLines> {
  const total = await countByName(source, only);
  const waiting = new Map<string, IndexLine[]>();
  for await (const { name, line } of namedLines(source, only)) {
    const lines = waiting.get(name) ?? [];
    lines.push(line);
    waiting.set(name, lines);
    if (lines.length === total.get(name)) {
      waiting.delete(name);
      yield { name, lines };
    }
  }
}

async function countByName(source: FormSource, only?: ReadonlySet<string>): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { name } of namedLines(source, only)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

async function* namedLines(source: FormSource, only?: ReadonlySet<string>) {
  for await (const lines of sideBySide(source)) {
    for (const line of lines) {
      const name = nameOf(line.filename);
      if (only === undefined || only.has(name)) yield { name, line };
    }
  }
}

/** The batches of both sections, always the one that begins with the lesser file name. */
async function* sideBySide(source: FormSource): AsyncGenerator<readonly IndexLine[]> {
  const [a, b] = [batches(source, 'packages'), batches(source, 'packages.conda')];
  let [left, right] = [await a.next(), await b.next()];
  while (!left.done && !right.done) {
    if (comesFirst(left.value, right.value)) {
      yield left.value;
      left = await a.next();
    } else {
      yield right.value;
      right = await b.next();
    }
  }
  if (!left.done) yield left.value;
  if (!right.done) yield right.value;
  yield* a;
  yield* b;
}

function comesFirst([a]: readonly IndexLine[], [b]: readonly IndexLine[]): boolean {
  return a !== undefined && b !== undefined && compareCodePoints(a.filename, b.filename) <= 0;
}

async function* batches(source: FormSource, section: Section): AsyncGenerator<readonly IndexLine[]> {
  for await (const lines of source.lines(section)) if (lines.length > 0) yield lines;
}
