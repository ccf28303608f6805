import type { Problem } from '../../core/report/problem.ts';

/** Each problem by name, its explanation below it; nothing when there are none. */
export function problemLines(problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  const lines = problems.map(
    ({ code, subject, detail }) => `  ${code}: ${subject}\n${detail.replace(/^(?=.)/gm, '      ')}\n`,
  );
  return `${problems.length === 1 ? '1 problem' : `${problems.length} problems`}:\n${lines.join('')}`;
}
