import { GatehouseError } from '../../core/problems/error.ts';
import type { Problem } from '../../core/problems/problem.ts';

/** An error as it ends a command: the sentence and the hint, or, for a bug, all there is to report it with. */
export function errorText(error: unknown): string {
  if (error instanceof GatehouseError) {
    return `error: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`;
  }
  if (isSystemError(error)) return `error: ${error.message}\n`;
  return `internal.bug: ${error instanceof Error ? error.stack : String(error)}\n`;
}

/** The system said no (a full disk, a folder that may not be written): its own words say what and where. */
const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

/** Each problem by name, its explanation below it; nothing when there are none. */
export function problemLines(problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  const lines = problems.map(
    ({ code, subject, detail }) => `  ${code}: ${subject}\n${detail.replace(/^(?=.)/gm, '      ')}\n`,
  );
  return `${problems.length === 1 ? '1 problem' : `${problems.length} problems`}:\n${lines.join('')}`;
}

/** How to install from a served channel, for each client; `package` is one that is known to install. */
export function installLines(url: string, specs: readonly string[] = []): string {
  const channel = `${url.replace(/\/$/, '')}/conda`;
  const spec = specs[0] === undefined ? 'PACKAGE' : `'${specs[0]}'`;
  return [
    `serving ${channel} (Ctrl-C stops)`,
    `  conda create -n try --override-channels -c ${channel} ${spec}`,
    `  mamba create -n try --override-channels -c ${channel} ${spec}`,
    `  pixi init try --channel ${channel} && cd try && pixi add ${spec}`,
    '',
  ].join('\n');
}

/** What a server that was told to stop still waits for; nothing when it waits for nothing. */
export function stoppingText(answers: number): string {
  if (answers === 0) return '';
  const what = answers === 1 ? '1 answer is' : `${answers} answers are`;
  return `stopping, but ${what} under way still; Ctrl-C again ends at once\n`;
}
