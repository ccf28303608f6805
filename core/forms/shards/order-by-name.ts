import type { IndexLine } from '../../index/state/index-line.ts';
import { packageFileParts } from '../../package-file-name.ts';
import type { FormSource, Section } from '../form.ts';

/** All lines of one package name: those of `packages` first, each section in order of file name. */
export interface NamedLines {
  readonly name: string;
  readonly lines: readonly IndexLine[];
}

/**
 * The lines of a subdir by name, each name once and as soon as its last line is read: in order of file name all that
 * begin with `name-` stand together, names that begin so too between them (`a-1-0`, `a-b-1-0`, `a-v1-0`).
 *
 * @param only leaves all other names out
 */
export async function* linesByName(source: FormSource, only?: ReadonlySet<string>): AsyncGenerator<NamedLines> {
  const waiting = new Map<string, IndexLine[]>();
  for await (const lines of merged(source)) {
    for (const line of lines) {
      const name = packageFileParts(line.filename).name;
      const same = waiting.get(name);
      same?.push(line);
      if (same !== undefined || only?.has(name) === false) continue;
      yield* complete(waiting, line.filename);
      waiting.set(name, [line]);
    }
  }
  yield* complete(waiting, '');
}

/** Takes out the names that no file from `next` on can have. */
function* complete(waiting: Map<string, IndexLine[]>, next: string): Generator<NamedLines> {
  for (const [name, lines] of waiting) {
    if (next.startsWith(`${name}-`)) continue;
    waiting.delete(name);
    const conda = lines.filter(({ filename }) => filename.endsWith('.conda'));
    yield { name, lines: [...lines.filter(({ filename }) => filename.endsWith('.tar.bz2')), ...conda] };
  }
}

/** The lines of both sections in order of file name; the array ends where a batch does. */
async function* merged(source: FormSource): AsyncGenerator<readonly IndexLine[]> {
  const [a, b] = [cursor(source, 'packages'), cursor(source, 'packages.conda')];
  while ((await a.fill()) || (await b.fill())) {
    await b.fill();
    const lines: IndexLine[] = [];
    for (let line = lesser(a, b); line !== null; line = lesser(a, b)) lines.push(line);
    yield lines;
  }
}

/** The next line of both; null when it cannot be told without another batch. */
function lesser(a: Cursor, b: Cursor): IndexLine | null {
  const [left, right] = [a.peek(), b.peek()];
  if (left === undefined) return a.done() ? b.take() : null;
  if (right === undefined) return b.done() ? a.take() : null;
  return left.filename <= right.filename ? a.take() : b.take();
}

type Cursor = ReturnType<typeof cursor>;

function cursor(source: FormSource, section: Section) {
  const batches = source.lines(section)[Symbol.asyncIterator]();
  let lines: readonly IndexLine[] = [];
  let at = 0;
  let done = false;
  return {
    done: () => done,
    peek: () => lines[at],
    take: () => lines[at++] ?? null,
    /** Reads a batch when the last is used up; false at the end. */
    async fill(): Promise<boolean> {
      for (; !done && at >= lines.length; at = 0) {
        const batch = await batches.next();
        done = batch.done === true;
        lines = batch.done ? [] : batch.value;
      }
      return !done;
    },
  };
}
