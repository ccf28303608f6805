import { type ExtraName, type ProjectName, parseProjectName } from '../names/project-name.ts';
import type { MarkerEnvironment } from '../names/requirement/marker-environment.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import { requirementHere } from '../names/requirement/requirement-here.ts';
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

/** Extras that bring extras that bring extras: of real ones none does so five times, and each time costs all requirements. */
const maxExtraRounds = 20;

/**
 * A release's requirements on others that count in an environment, with these of its extras and those of its own that they
 * name. Each round looks only at what the extras before it did not bring: a release may have thousands of lines.
 */
export function requiredHere(
  release: Requiring,
  environment: MarkerEnvironment,
  extras: Iterable<ExtraName>,
): RequiredHere[] {
  const found: (RequiredHere | null)[] = release.requiresDist.map(() => null);
  let asked: ReadonlySet<ExtraName> = new Set(extras);
  let added = asked;
  for (let round = 0; round < maxExtraRounds; round++) {
    lookAgain(release.requiresDist, found, { environment, added, asked });
    const required = found.filter((one) => one !== null);
    const own = required.filter((one) => isOwn(one, release));
    added = new Set(own.flatMap(({ read }) => ('code' in read ? [] : read.extras))).difference(asked);
    if (added.size === 0) return required.filter((one) => !isOwn(one, release));
    asked = asked.union(added);
  }
  return [{ project: null, read: undecided(`it asks for extras of its own more than ${maxExtraRounds} deep`) }];
}

interface AskedHere {
  readonly environment: MarkerEnvironment;
  /** All extras so far, and of them those that were not looked at yet. */
  readonly asked: ReadonlySet<ExtraName>;
  readonly added: ReadonlySet<ExtraName>;
}

function lookAgain(
  lines: readonly string[],
  found: (RequiredHere | null)[],
  { environment, asked, added }: AskedHere,
): void {
  for (const [place, text] of lines.entries()) {
    const known = found[place] ?? null;
    if (known !== null && !('code' in known.read)) continue;
    // What could not be decided may count by one extra more.
    found[place] = readHere(text, environment, known === null ? added : asked);
  }
}

const isOwn = ({ project, read }: RequiredHere, release: Requiring): boolean =>
  project === release.project && !('code' in read);

/** Null where it does not count. */
function readHere(text: string, environment: MarkerEnvironment, extras: Iterable<ExtraName>): RequiredHere | null {
  const read = requirementHere(text, environment, extras);
  if (read === null) return null;
  return { project: projectIn(text), read: typeof read === 'string' ? undecided(`its ${read}`, text) : read };
}

const projectIn = (text: string) => parseProjectName(/^\s*([\w.-]*)/.exec(text)?.[1] ?? '');

/** Why a requirement cannot be had as it is, and that the entry can say what is to be had for it. */
export function undecided(detail: string, text = ''): Reason {
  const project = projectIn(text);
  if (project === null) return { code: 'pypi.dependency', detail };
  const hint = `add to the entry what it needs: "depends": ["${project}"], by its conda name, with versions if you like`;
  return { code: 'pypi.dependency', detail, hint };
}
