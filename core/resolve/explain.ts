import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import type { Specifier } from '../names/pep440/specifier.ts';
import { specifierMatches } from '../names/pep440/specifier-matches.ts';
import type { ProjectName } from '../names/project-name.ts';
import { allOf, type ProjectCandidates } from './candidates.ts';
import type { Conflict, Want } from './search-state.ts';

type Projects = ReadonlyMap<ProjectName, ProjectCandidates | null>;

/** Says in a sentence which requirement of which release nothing fulfils, and why. Null: it was given up. */
export function explain(conflict: Conflict | null, projects: Projects): string {
  if (conflict === null)
    return 'no set of releases was found in which every requirement holds; the search was given up';
  const { project, wanted, refused } = conflict;
  const who = wanted.slice(0, maxNamed).map(whoWants).join(' and ');
  if (refused !== undefined) return `${who}; ${project} ${refused.candidate.version.text} ${refused.why}`;
  const known = projects.get(project) ?? null;
  return `${who}; ${known === null ? `there is no project ${project}` : whyNone(project, wanted, known)}`;
}

/** Of files, versions and requirements no more are named. */
const maxNamed = 5;

const whoWants = ({ requirement, parent }: Want): string =>
  parent === null
    ? `"${requirement.text}" is asked for`
    : `${parent.candidate.project} ${parent.candidate.version.text} needs "${requirement.text}"`;

function whyNone(project: ProjectName, wanted: readonly Want[], { releases, passedOver }: ProjectCandidates): string {
  const specifier = allOf(wanted.map(({ requirement }) => requirement.specifier));
  const fitting = releases.filter((one) => fits(one, specifier));
  const [newest] = fitting;
  if (newest !== undefined) {
    return newest.yanked
      ? `${project} ${newest.version.text} is yanked`
      : `what fits of ${project} needs something else`;
  }
  const all = passedOver.filter((one) => fits(one, specifier)).sort(newestFirst);
  const wheels = all.filter(({ file }) => file.fileName.endsWith('.whl'));
  const there = wheels.length > 0 ? wheels : all;
  const files = there.slice(0, maxNamed).map(({ file, why }) => `${file.fileName} ${why}`);
  if (files.length > 0) return files.join(', ');
  const versions = new Set([...releases, ...passedOver].sort(newestFirst).map(({ version }) => version.text));
  const shown = [...versions].slice(0, maxNamed);
  return versions.size === 0 ? `${project} has no files` : `the newest of ${project} are ${shown.join(', ')}`;
}

type Versioned = Pick<ProjectCandidates['releases'][number], 'version'>;

const fits = ({ version }: Versioned, specifier: Specifier): boolean =>
  specifierMatches(specifier, version, { prereleases: true });

const newestFirst = (a: Versioned, b: Versioned): number => comparePep440(b.version, a.version);
