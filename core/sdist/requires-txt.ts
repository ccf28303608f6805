import { refuse, shown } from '../archive/finding.ts';
import { parseExtraName } from '../names/project-name.ts';

/** What `requires.txt` says, in the words of the metadata. */
export interface Requirements {
  /** Values of `Requires-Dist`. */
  readonly requiresDist: readonly string[];
  /** Values of `Provides-Extra`, normalised (PEP 685). */
  readonly providesExtra: readonly string[];
}

/**
 * Reads an `.egg-info`'s `requires.txt`: requirements, then sections `[extra]`, `[:marker]` and `[extra:marker]` whose
 * requirements hold under them (setuptools, `setuptools/command/egg_info.py`, `_write_requirements`).
 *
 * @throws GatehouseError `package.refused` with `sdist.requires` for a section that names no extra
 */
export function parseRequiresTxt(text: string): Requirements {
  const requiresDist: string[] = [];
  const extras = new Set<string>();
  let markers: readonly string[] = [];
  for (const line of text.split(/\r\n|\r|\n/).map((written) => written.trim())) {
    const [, section] = /^\[(.*)\]$/.exec(line) ?? [];
    if (line === '' || line.startsWith('#')) continue;
    if (section === undefined) requiresDist.push(requirementUnder(line, markers));
    else markers = readSection(section, extras);
  }
  return { requiresDist, providesExtra: [...extras] };
}

function readSection(section: string, extras: Set<string>): string[] {
  const colon = section.indexOf(':');
  const name = colon < 0 ? section : section.slice(0, colon);
  const marker = colon < 0 ? '' : section.slice(colon + 1).trim();
  const condition = marker === '' ? [] : [marker];
  if (name.trim() === '' && colon >= 0) return condition;
  const extra = parseExtraName(name.trim());
  if (extra === null) refuse('sdist.requires', `requires.txt has the section ${shown(section)}`);
  extras.add(extra);
  return [...condition, `extra == "${extra}"`];
}

/** A requirement has at most one marker, which its own and those of its section make together. */
function requirementUnder(line: string, markers: readonly string[]): string {
  const split = line.indexOf(';');
  const own = split < 0 ? '' : line.slice(split + 1).trim();
  const all = own === '' ? markers : [own, ...markers];
  const wrapped = all.length > 1 ? all.map((marker) => (/\bor\b/.test(marker) ? `(${marker})` : marker)) : all;
  const requirement = split < 0 ? line : line.slice(0, split).trim();
  return all.length === 0 ? requirement : `${requirement}; ${wrapped.join(' and ')}`;
}
