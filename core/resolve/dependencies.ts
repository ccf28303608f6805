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
  return withExtras(candidate, metadata, { asked, environment });
}

/**
 * More than any release was seen to have: extras, extras that bring extras, and lines about one project. Each is looked at
 * beside all others, and a release that has thousands of them would take hours.
 */
const maxExtras = 1000;
const maxExtraRounds = 20;
const maxLinesOfProject = 100;

interface AskedHere {
  readonly asked: ReadonlySet<ExtraName>;
  readonly environment: MarkerEnvironment;
}

/** What is needed once no more extras are added. Each round looks only at what the extras before it did not bring. */
function withExtras(
  { project, version }: PipRelease,
  { requiresDist, providesExtra }: CoreMetadata,
  { asked, environment }: AskedHere,
): Dependencies | string {
  const has = new Set(providesExtra.map(parseExtraName));
  const needed: (Requirement | null)[] = requiresDist.map(() => null);
  let [extras, added] = [asked, asked];
  for (let round = 0; round < maxExtraRounds && extras.size <= maxExtras; round++) {
    const fault = addHere(requiresDist, needed, { environment, extras: added.intersection(has) });
    if (fault !== null) return `cannot be installed: its ${fault}`;
    const here = needed.filter((one) => one !== null);
    const own = here.filter((one) => one.project === project);
    const wrong = own.find(({ specifier }) => !specifierMatches(specifier, version, { prereleases: true }));
    if (wrong !== undefined) return `asks for "${wrong.text}", another version of itself`;
    const requirements = here.filter((one) => one.project !== project);
    const repeated = [...Map.groupBy(requirements, (one) => one.project)].find(
      ([, all]) => all.length > maxLinesOfProject,
    );
    if (repeated !== undefined) return `asks for ${repeated[0]} more than ${maxLinesOfProject} times`;
    added = new Set(own.flatMap((one) => one.extras)).difference(extras);
    if (added.size === 0) return { asked, extras, requirements, missing: [...extras.difference(has)] };
    extras = extras.union(added);
  }
  return 'asks for more extras of its own than any release has';
}

/** Adds the lines that count with these extras; or says why one cannot be told. */
function addHere(
  lines: readonly string[],
  needed: (Requirement | null)[],
  { environment, extras }: { readonly environment: MarkerEnvironment; readonly extras: ReadonlySet<ExtraName> },
): string | null {
  for (const [place, text] of lines.entries()) {
    const here = needed[place] ?? requirementHere(text, environment, extras);
    if (typeof here === 'string') return here;
    needed[place] = here;
  }
  return null;
}

async function tryMetadata({ files: [file] }: PipRelease, index: PipIndex): Promise<CoreMetadata | string> {
  try {
    return await index.metadata(file);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'package.refused') throw error;
    return `cannot be read: ${error.message}`;
  }
}
