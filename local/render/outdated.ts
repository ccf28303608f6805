import type { LookedUp, Outdated } from '../../core/outdated/outdated.ts';
import { shownLine } from '../../core/problems/shown-text.ts';
import { shownUrl } from '../../core/problems/shown-url.ts';
import { jsonText } from './json-text.ts';

/** `outdated --json`. */
export const outdatedJson = ({ outdated, count, problems }: LookedUp): string =>
  `${jsonText({ lookedUp: count, outdated: outdated.map((one) => ({ ...one, where: shownUrl(one.where) })), problems }, 2)}\n`;

/** A row for each, under a head; a sentence where there is none. */
export function outdatedText({ outdated, count }: LookedUp): string {
  if (outdated.length === 0)
    return `nothing newer upstream, of ${count === 1 ? '1 name' : `${count} names`} looked up\n`;
  const rows = [['package', 'here', 'newest', 'where', 'allowlist'], ...outdated.map(cellsOf)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function cellsOf({ name, here, newest, where, platforms, allowlist, entries }: Outdated): string[] {
  const place = platforms.length === 0 ? shownUrl(where) : `${shownUrl(where)} (${platforms.join(', ')})`;
  const said = {
    'lets-in': 'lets it in: ',
    pins: 'pinned by ',
    dependency: 'no entry: comes with what needs it',
  }[allowlist];
  return [name, here, newest, place, `${said}${entries.join(', ')}`].map(shownLine);
}
