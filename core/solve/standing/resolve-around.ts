import type { Waiting } from '../../documents/plan.ts';
import type { SimpleFile } from '../../documents/simple/simple-plan.ts';
import { parseNamedFile } from '../../names/named-file.ts';
import { comparePep440 } from '../../names/pep440/compare-pep440.ts';
import { parsePep440Version } from '../../names/pep440/pep440-version.ts';
import type { ProjectName } from '../../names/project-name.ts';
import type { WheelTarget } from '../../names/wheel-fits.ts';
import type { PythonIndexes } from '../../releases/python-indexes.ts';
import { nothingForPip, type ResolvedEntry, resolveEntry } from '../../resolve/resolve-entry.ts';
import type { PypiRequest } from '../requests.ts';
import { gateWarnings } from './gate-warnings.ts';
import type { Held } from './held.ts';
import { endless, maxRounds } from './solve-around.ts';
import type { LookedAt, Standings } from './standings.ts';
import { waitingOf } from './waiting-packages.ts';

type ResolveWorld = Parameters<typeof resolveEntry>[2];

interface AroundWorld extends ResolveWorld {
  /** The gate holds nothing without it. */
  readonly standings?: Standings | undefined;
  /** The indexes with all that the gate holds. */
  readonly beforeGate?: { readonly pythonIndexes: PythonIndexes } | undefined;
}

export interface ResolvedAround extends ResolvedEntry {
  readonly waiting: readonly Waiting[];
}

/** Resolves an entry for pip, and again without what turns out to be held once it is looked at closely. */
export async function resolveAround(
  request: PypiRequest,
  targets: readonly WheelTarget[],
  world: AroundWorld,
): Promise<ResolvedAround> {
  const { standings, pythonIndexes } = world;
  const held: Held<SimpleFile>[] = [];
  for (let round = 0; round < maxRounds; round++) {
    const out = new Set(held.map(({ what }) => what.url));
    const entry = await resolveEntry(request, targets, { ...world, pythonIndexes: without(out, pythonIndexes) });
    const looked = (await standings?.lookAtFiles(entry.files)) ?? [];
    const more = looked.flatMap(({ held: firing, ...one }) => (firing === null ? [] : [{ ...one, firing }]));
    held.push(...more);
    if (more.length > 0) continue;
    const warnings = [...entry.warnings, ...gateWarnings(looked)];
    const waiting = await waitingFiles(
      entry,
      held,
      (indexes) => resolveEntry(request, targets, { ...world, pythonIndexes: indexes }),
      world,
    );
    return { ...entry, files: dated(looked, entry.files), warnings, waiting };
  }
  const problem = endless(request);
  const outcomes = targets.map((target) => nothingForPip(request, target, 'failed', problem.detail));
  return { outcomes, files: [], problems: [problem], warnings: [], waiting: [] };
}

function without(urls: ReadonlySet<string>, indexes: PythonIndexes): PythonIndexes {
  if (urls.size === 0) return indexes;
  return {
    ...indexes,
    async files(index, project) {
      const found = await indexes.files(index, project);
      return found?.filter(({ url }) => !urls.has(url)) ?? null;
    },
  };
}

/** With the date that was found of each, for whoever fetches it. */
function dated(looked: readonly LookedAt<SimpleFile>[], files: readonly SimpleFile[]): SimpleFile[] {
  const dates = new Map(looked.map(({ what, published }) => [what, published]));
  return files.map((file) => {
    const published = dates.get(file) ?? null;
    return published === null ? file : { ...file, published };
  });
}

/**
 * What pip would have instead of what it has, were it not held: one file of each project. Only where something newer is held
 * of a project that it has does anybody resolve again to know.
 */
async function waitingFiles(
  entry: ResolvedEntry,
  late: readonly Held<SimpleFile>[],
  resolveFrom: (indexes: PythonIndexes) => Promise<ResolvedEntry>,
  { standings, beforeGate }: AroundWorld,
): Promise<Waiting[]> {
  if (standings === undefined || beforeGate === undefined) return [];
  const heldOf = (project: ProjectName) => [
    ...standings
      .heldFiles(project)
      .map((one) => ({ ...one, version: parseNamedFile(project, one.what.fileName)?.version })),
    ...late.flatMap((one) =>
      one.what.project === project ? [{ ...one, version: parsePep440Version(one.what.release) }] : [],
    ),
  ];
  const isBehind = ({ project, release }: SimpleFile) => {
    const has = parsePep440Version(release);
    return has !== null && heldOf(project).some(({ version }) => version && comparePep440(version, has) > 0);
  };
  if (!entry.files.some(isBehind)) return [];
  const free = await resolveFrom(beforeGate.pythonIndexes);
  const byProject = Map.groupBy(free.files, ({ project }) => project);
  return [...byProject].flatMap(([project, files]) => {
    const urls = new Set(files.map(({ url }) => url));
    const first = heldOf(project).find(({ what }) => urls.has(what.url));
    return first === undefined ? [] : [waitingOf(first)];
  });
}
