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
export function problemLines(problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  const alike = Map.groupBy(problems, ({ detail, hint }) => hinted(detail, hint));
  const lines = [...alike].map(([telling, those]) => {
    const heads = those.map(({ code, subject }) => `  ${code}: ${shownLine(subject)}\n`);
    return `${heads.join('')}${telling.replace(/^(?=.)/gm, '      ')}\n`;
  });
  return `${problems.length === 1 ? '1 problem' : `${problems.length} problems`}:\n${lines.join('')}`;
}

/** A sentence, or the lines of an explanation, and the hint on a line of its own. */
export const hinted = (detail: string, hint: string | undefined): string =>
  hint === undefined ? shownText(detail) : `${shownText(detail)}\nhint: ${shownLine(hint)}`;

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
