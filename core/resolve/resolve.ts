import type { ProjectName } from '../names/project-name.ts';
import type { Requirement } from '../names/requirement/parse-requirement.ts';
import type { WheelTarget } from '../names/wheel-fits.ts';
import { admitted, candidatesOf, type PipRelease, type ProjectCandidates } from './candidates.ts';
import { type Dependencies, dependenciesOf } from './dependencies.ts';
import { explain } from './explain.ts';
import type { PipIndex } from './pip-index.ts';
import { search } from './search.ts';
import type { Conflict, SearchWorld } from './search-state.ts';

/** What pip would install, in order of name, or why it cannot, in a sentence. */
export type Resolution =
  | { readonly ok: true; readonly releases: readonly PipRelease[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly explanation: string };

/** Real environments of a hundred projects settle in two hundred rounds; pip itself goes on for 200,000. */
const maxRounds = { bold: 1000, careful: 5000 };
/** Each is a request to an index at worst. */
const maxMetadataReads = 1000;

/**
 * Works out what pip would install on a target from one index alone (PEP 508): the newest releases first, metadata read
 * only of those that are tried, and back where a choice leads to nothing.
 *
 * @throws GatehouseError `upstream.*` and others when the index cannot be read, which says nothing of the requirements
 */
export async function resolve(
  roots: readonly Requirement[],
  target: WheelTarget,
  index: PipIndex,
): Promise<Resolution> {
  const { world, projects, conflicts } = searchWorld(target, index);
  const bold = await search(roots, { ...world, bold: true }, maxRounds.bold);
  const found = 'pins' in bold ? bold : await search(roots, { ...world, bold: false }, maxRounds.careful);
  if (!('pins' in found)) {
    const last = found.conflict;
    const told = last === null || last.refused ? last : (conflicts.get(last.project) ?? last);
    return { ok: false, explanation: explain(told, projects) };
  }
  const pins = [...found.pins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pin]) => pin);
  const warnings = pins.flatMap(({ candidate: { project, version }, dependencies }) =>
    dependencies.missing.map((extra) => `${project} ${version.text} has no extra "${extra}", which is asked for`),
  );
  return { ok: true, releases: pins.map(({ candidate }) => candidate), warnings };
}

/** What a search reads, each once. */
function searchWorld(target: WheelTarget, index: PipIndex) {
  const projects = new Map<ProjectName, ProjectCandidates | null>();
  const needs = new Map<string, Dependencies | string>();
  const conflicts = new Map<ProjectName, Conflict>();
  const world: Omit<SearchWorld, 'bold'> = {
    async candidates(project, wanted) {
      let known = projects.get(project);
      if (known === undefined) {
        const files = await index.files(project);
        known = files && candidatesOf(project, files, target);
        projects.set(project, known);
      }
      return admitted(
        known?.releases ?? [],
        wanted.map(({ requirement }) => requirement.specifier),
      );
    },
    async dependencies(candidate, extras) {
      const name = `${candidate.project} ${candidate.version.text} ${[...extras].sort().join()}`;
      const known = needs.get(name);
      if (known !== undefined) return known;
      if (needs.size >= maxMetadataReads) return `was not looked at: ${maxMetadataReads} releases were before it`;
      const read = await dependenciesOf(candidate, extras, { target, index });
      needs.set(name, read);
      return read;
    },
    note: (conflict) => {
      // The first one is of the newest releases, which people ask about.
      if (!conflicts.has(conflict.project)) conflicts.set(conflict.project, conflict);
    },
  };
  return { world, projects, conflicts };
}
