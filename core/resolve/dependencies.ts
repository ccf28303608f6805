import { parseSpecifier } from '../names/pep440/specifier.ts';
import { specifierMatches } from '../names/pep440/specifier-matches.ts';
import { type ExtraName, parseExtraName } from '../names/project-name.ts';
import { admitsPython } from '../names/requirement/any-patch.ts';
import { type MarkerEnvironment, markerEnvironment } from '../names/requirement/marker-environment.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import { requirementHere } from '../names/requirement/requirement-here.ts';
import type { WheelTarget } from '../names/wheel-fits.ts';
import { GatehouseError } from '../problems/error.ts';
import type { CoreMetadata } from '../wheel/core-metadata.ts';
import type { PipRelease } from './candidates.ts';
import type { PipIndex } from './pip-index.ts';

/** What a release needs on a target. */
export interface Dependencies {
  readonly asked: ReadonlySet<ExtraName>;
  /** Those, and the extras that they ask of the release itself. */
  readonly extras: ReadonlySet<ExtraName>;
  /** Of other projects, in the metadata's order. */
  readonly requirements: readonly Requirement[];
  /** Of the extras those that the release does not have: pip warns, and goes on without. */
  readonly missing: readonly ExtraName[];
}

/**
 * Works out what a release needs with these extras. A requirement on itself (`b[x]` in `b`) adds extras, until there are
 * no more to add.
 *
 * @returns or why pip cannot install it there, as a sentence fragment that follows its name
 * @throws GatehouseError `upstream.*` and others when the index cannot be read
 */
export async function dependenciesOf(
  candidate: PipRelease,
  asked: ReadonlySet<ExtraName>,
  { target, index }: { readonly target: WheelTarget; readonly index: PipIndex },
): Promise<Dependencies | string> {
  const python = `3.${target.pythonMinor}`;
  const environment = markerEnvironment(target.subdir, python);
  if (environment === null) return `needs to know more of ${target.subdir} than is known`;
  const metadata = await tryMetadata(candidate, index);
  if (typeof metadata === 'string') return metadata;
  const bounds = parseSpecifier(metadata.requiresPython ?? '');
  if (bounds !== null && !admitsPython(bounds, python)) return `is for python ${bounds.text}`;
  return withExtras(candidate, asked, (extras) => allHere(metadata, environment, extras));
}

interface Needed {
  readonly requirements: readonly Requirement[];
  readonly missing: readonly ExtraName[];
}

/** What is needed once no more extras are added. */
function withExtras(
  { project, version }: PipRelease,
  asked: ReadonlySet<ExtraName>,
  neededWith: (extras: ReadonlySet<ExtraName>) => Needed | string,
): Dependencies | string {
  let extras = asked;
  for (;;) {
    const needed = neededWith(extras);
    if (typeof needed === 'string') return needed;
    const own = needed.requirements.filter((one) => one.project === project);
    const wrong = own.find(({ specifier }) => !specifierMatches(specifier, version, { prereleases: true }));
    if (wrong !== undefined) return `asks for "${wrong.text}", another version of itself`;
    const more = extras.union(new Set(own.flatMap((one) => one.extras)));
    const requirements = needed.requirements.filter((one) => one.project !== project);
    if (more.size === extras.size) return { asked, extras, requirements, missing: needed.missing };
    extras = more;
  }
}

async function tryMetadata({ files: [file] }: PipRelease, index: PipIndex): Promise<CoreMetadata | string> {
  try {
    return await index.metadata(file);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'package.refused') throw error;
    return `cannot be read: ${error.message}`;
  }
}

function allHere(
  { requiresDist, providesExtra }: CoreMetadata,
  environment: MarkerEnvironment,
  extras: ReadonlySet<ExtraName>,
): Needed | string {
  const has = new Set(providesExtra.map(parseExtraName));
  const requirements: Requirement[] = [];
  for (const text of requiresDist) {
    const here = requirementHere(text, environment, extras.intersection(has));
    if (typeof here === 'string') return `cannot be installed: its ${here}`;
    if (here !== null) requirements.push(here);
  }
  return { requirements, missing: [...extras.difference(has)] };
}
