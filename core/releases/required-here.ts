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

/** A release's requirements on others that count in an environment, with these of its extras and those of its own that they name. */
export function requiredHere(
  release: Requiring,
  environment: MarkerEnvironment,
  extras: Iterable<ExtraName>,
): RequiredHere[] {
  const asked = new Set(extras);
  for (let round = 0; round < maxExtraRounds; round++) {
    const required = release.requiresDist.flatMap((text) => readHere(text, environment, asked) ?? []);
    const [own, others] = [
      required.filter((one) => isOwn(one, release)),
      required.filter((one) => !isOwn(one, release)),
    ];
    const more = own.flatMap(({ read }) => ('code' in read ? [] : read.extras)).filter((extra) => !asked.has(extra));
    if (more.length === 0) return others;
    for (const extra of more) asked.add(extra);
  }
  return [{ project: null, read: undecided(`it asks for extras of its own more than ${maxExtraRounds} deep`) }];
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
