import { parseSpecifier, type Specifier } from '../pep440/specifier.ts';
import { type ExtraName, type ProjectName, parseExtraName, parseProjectName } from '../project-name.ts';
import type { Marker } from './marker.ts';
import { parseMarker } from './parse-marker.ts';

/** What a wheel's `Requires-Dist` asks for (PEP 508). */
export interface Requirement {
  readonly text: string;
  readonly project: ProjectName;
  readonly extras: readonly ExtraName[];
  readonly specifier: Specifier;
  /** Where the requirement counts; null everywhere. */
  readonly marker: Marker | null;
}

/** A requirement, or why the text is none, as a sentence fragment. */
export type RequirementResult =
  | { readonly ok: true; readonly requirement: Requirement }
  | { readonly ok: false; readonly message: string };

/** In UTF-16 units. Requirements come from upstream; real ones with all their extras stay below a quarter of this. */
const maxRequirementLength = 16_384;

const head = /^[ \t]*([a-z0-9][\w.-]*)[ \t]*(?:\[([^\]]*)\])?[ \t]*/i;

/**
 * Reads a requirement, in the form of before PEP 508 too (`six (>=1.4)`). One that names a URL is refused: what comes from
 * elsewhere than the index has no place in a mirror of it.
 */
export function parseRequirement(text: string): RequirementResult {
  if (text.length > maxRequirementLength) return fault(`is longer than ${maxRequirementLength} characters`);
  const [whole = '', name = '', listed = ''] = head.exec(text) ?? [];
  const project = parseProjectName(name);
  if (project === null) return fault('does not start with the name of a project');
  const rest = text.slice(whole.length);
  if (rest.startsWith('@')) return fault(`asks for "${project}" by a URL, not from the index`);
  const semicolon = rest.indexOf(';');
  const written = (semicolon === -1 ? rest : rest.slice(0, semicolon)).trim();
  const [extras, specifier] = [readExtras(listed), readSpecifier(written)];
  if (extras === null) return fault(`has "[${listed}]" for its extras`);
  if (specifier === null) return fault(`has "${written}" for its versions`);
  const marker = semicolon === -1 ? { ok: true as const, marker: null } : parseMarker(rest.slice(semicolon + 1));
  return marker.ok ? { ok: true, requirement: { text, project, extras, specifier, marker: marker.marker } } : marker;
}

const fault = (message: string): RequirementResult => ({ ok: false, message });

function readExtras(listed: string): ExtraName[] | null {
  if (listed.trim() === '') return [];
  const names = listed.split(',').map((name) => parseExtraName(name.trim()));
  return names.every((name) => name !== null) ? [...new Set(names)] : null;
}

/** A comma stands between clauses; one at the end is let pass, as by `packaging`. */
function readSpecifier(written: string): Specifier | null {
  const [, inner] = /^\(([^)]*)\)$/.exec(written) ?? [];
  const clauses = (inner ?? written).split(',');
  if (clauses.slice(0, -1).some((clause) => clause.trim() === '')) return null;
  return parseSpecifier(inner ?? written);
}
