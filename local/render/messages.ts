import type { Entry } from '../../core/documents/allowlist/read-entries.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { shownLine, shownText } from '../../core/problems/shown-text.ts';

/** An error as it ends a command: the sentence and the hint, or, for a bug, all there is to report it with. */
export function errorText(error: unknown): string {
  if (error instanceof GatehouseError) {
    return `error: ${hinted(error.message, error.hint)}\n`;
  }
  if (isSystemError(error)) return `error: ${shownLine(error.message)}\n`;
  const frames = error instanceof Error ? (error.stack?.match(/^ +at .*$/gm) ?? []) : [];
  return [`internal.bug: ${shownLine(String(error))}`, ...frames.map(shownLine), ''].join('\n');
}

/** The system said no (a full disk, a folder that may not be written): its own words say what and where. */
const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

/** Each problem by name, its explanation and hint below it, once for all that share them; nothing when there are none. */
export function problemLines(problems: readonly Problem[], what = 'problem'): string {
  if (problems.length === 0) return '';
  const alike = Map.groupBy(problems, ({ detail, hint }) => hinted(detail, hint));
  const lines = [...alike].map(([telling, those]) => {
    const heads = those.map(({ code, subject }) => `  ${code}: ${shownLine(subject)}\n`);
    return `${heads.join('')}${telling.replace(/^(?=.)/gm, '      ')}\n`;
  });
  return `${problems.length === 1 ? `1 ${what}` : `${problems.length} ${what}s`}:\n${lines.join('')}`;
}

/** A sentence, or the lines of an explanation, and the hint on a line of its own. */
export const hinted = (detail: string, hint: string | undefined): string =>
  hint === undefined ? shownText(detail) : `${shownText(detail)}\nhint: ${shownLine(hint)}`;

interface Installable {
  /** The channel's. */
  readonly name: string;
  /** In order: the first of a kind is the example. Without one of PyPI's pip gets no line. */
  readonly entries: readonly Pick<Entry, 'kind' | 'id'>[];
}

/** How to install from a served store, for each client. */
export function installLines(url: string, { name, entries }: Installable): string {
  const base = url.replace(/\/$/, '');
  const channel = `${base}/${name}`;
  const conda = entries.find(({ kind }) => kind === 'conda');
  const pypi = entries.find(({ kind }) => kind === 'pypi');
  const spec = conda === undefined ? 'PACKAGE' : `'${conda.id}'`;
  return [
    `serving ${channel} (Ctrl-C stops)`,
    `  conda create -n try --override-channels -c ${channel} ${spec}`,
    `  mamba create -n try --override-channels -c ${channel} ${spec}`,
    `  pixi init try --channel ${channel} && cd try && pixi add ${spec}`,
    ...(pypi === undefined ? [] : [`  pip install --index-url ${base}/simple/ '${pypi.id.replace('pypi:', '')}'`]),
    '',
  ].join('\n');
}

/** What a server that was told to stop still waits for; nothing when it waits for nothing. */
export function stoppingText(answers: number): string {
  if (answers === 0) return '';
  const what = answers === 1 ? '1 answer is' : `${answers} answers are`;
  return `stopping, but ${what} under way still; Ctrl-C again ends at once\n`;
}

/** What a run on AWS that nobody follows any more does. */
export const goesOnText = (store: string): string =>
  `the run goes on by itself; gatehouse status --store ${store} says how far it is\n`;
