import { type ExtraName, type ProjectName, parseProjectName } from '../names/project-name.ts';
import { evaluateMarker } from '../names/requirement/evaluate-marker.ts';
import type { MarkerEnvironment } from '../names/requirement/marker-environment.ts';
import { parseMarker } from '../names/requirement/parse-marker.ts';
import { parseRequirement, type Requirement } from '../names/requirement/parse-requirement.ts';
import type { CoreMetadata } from '../wheel/core-metadata.ts';
import type { Reason } from './release-files.ts';

/** A release, by what it says of itself. */
export type Requiring = Pick<CoreMetadata, 'project' | 'requiresDist'>;

/** A requirement that counts, or why that or what it is cannot be told. */
export interface RequiredHere {
  /** Null where the text does not even start with a project. */
  readonly project: ProjectName | null;
  readonly read: Requirement | Reason;
}

/** A release's requirements on others that count in an environment, with these of its extras and those of its own that they name. */
export function requiredHere(
  release: Requiring,
  environment: MarkerEnvironment,
  extras: Iterable<ExtraName>,
): RequiredHere[] {
  const asked = new Set(extras);
  for (;;) {
    const required = release.requiresDist.flatMap((text) => readHere(text, environment, asked) ?? []);
    const [own, others] = [
      required.filter((one) => isOwn(one, release)),
      required.filter((one) => !isOwn(one, release)),
    ];
    const more = own.flatMap(({ read }) => ('code' in read ? [] : read.extras)).filter((extra) => !asked.has(extra));
    if (more.length === 0) return others;
    for (const extra of more) asked.add(extra);
  }
}

const isOwn = ({ project, read }: RequiredHere, release: Requiring): boolean =>
  project === release.project && !('code' in read);

/** Null where it does not count. */
function readHere(text: string, environment: MarkerEnvironment, extras: Iterable<ExtraName>): RequiredHere | null {
  const parsed = parseRequirement(text);
  const after = text.slice(text.lastIndexOf(';') + 1);
  const marker = parsed.ok ? parsed.requirement.marker : (markerOf(after) ?? null);
  const counts = marker === null || evaluateMarker(marker, environment, extras);
  if (counts === false) return null;
  const project = parseProjectName(/^\s*([\w.-]*)/.exec(text)?.[1] ?? '');
  if (!parsed.ok) return { project, read: undecided(`its requirement "${text}" ${parsed.message}`, text) };
  const unsure = undecided(`nobody can tell beforehand whether "${text}" counts`, text);
  return { project, read: counts === null ? unsure : parsed.requirement };
}

/** Of a requirement that is none, say by a URL: it may be for an extra alone, and then nothing comes of it. */
function markerOf(text: string) {
  const parsed = parseMarker(text);
  return parsed.ok ? parsed.marker : null;
}

/** Why a requirement cannot be had as it is, and that the entry can say what is to be had for it. */
export function undecided(detail: string, text = ''): Reason {
  const project = parseProjectName(/^\s*([\w.-]*)/.exec(text)?.[1] ?? '');
  if (project === null) return { code: 'pypi.dependency', detail };
  const hint = `add to the entry what it needs: "depends": ["${project}"], by its conda name, with versions if you like`;
  return { code: 'pypi.dependency', detail, hint };
}
