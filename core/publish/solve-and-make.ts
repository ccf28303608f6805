import type { Provenance } from '../documents/provenance.ts';
import type { Problem } from '../problems/problem.ts';
import { type MakeWorld, packageOfWheel, type ToMake } from './package-of-wheel.ts';
import type { PackagePublication, Publication, WheelPublication } from './publication.ts';
import { solveFirst } from './solving/solve-first.ts';
import { type WheelDue, whatIsDue } from './what-is-due.ts';

export interface SolvedAndMade {
  /** The conda packages that wheels become, or that were given. */
  readonly packages: readonly PackagePublication[];
  /** Of those that are published already, and whose bytes do not come. */
  readonly finished: readonly Provenance[];
  readonly warnings: readonly Problem[];
  readonly problems: readonly Problem[];
}

/**
 * Solves what is not published yet, and makes the conda packages that wheels become. A wheel becomes them once, by what was
 * there then: of one that is promoted none is made, but those that came of it in staging are taken as far as they install;
 * and what is known to have been made of one that is published is only finished.
 *
 * @param held takes what is staged, which lasts as long
 * @throws GatehouseError `store.*`, `json.invalid`
 */
export async function solveAndMake(
  publications: readonly Publication[],
  world: MakeWorld,
  held: AsyncDisposableStack,
): Promise<SolvedAndMade> {
  const { wheels, given } = await whatIsDue(publications, world);
  const finished = wheels.flatMap((due) => due.finished);
  const now = await solve(
    wheels.filter(({ isFresh }) => isFresh),
    given,
    world,
  );
  if (now.problems.length > 0) return { ...now, finished, packages: [] };
  // What is published stays so, whatever is found of it by now.
  const late = await solve(
    wheels.filter(({ isFresh, isOpen }) => isOpen && !isFresh),
    [],
    world,
  );
  const unfinished = wheels.flatMap(({ wheel, unfinished: known }) =>
    known.map((one) => ({ wheel, toMake: again(one) })),
  );
  const made = await makeAll([...unfinished, ...now.making, ...late.making], world, held);
  const left = new Set([...now.left, ...late.left]);
  const comes = publications.filter((one) => one.kind === 'package').filter((one) => !left.has(one));
  return {
    packages: [...comes, ...made.packages],
    finished,
    warnings: [...now.warnings, ...late.warnings, ...late.problems, ...made.warnings],
    problems: made.problems,
  };
}

interface Making {
  readonly wheel: WheelPublication;
  readonly toMake: ToMake;
}

function again({ filename, record }: Provenance): ToMake {
  const { build, depends, timestamp = 0 } = record;
  return { filename, record, build, depends, timestamp };
}

interface Solved extends Pick<SolvedAndMade, 'warnings' | 'problems'> {
  readonly making: readonly Making[];
  /** Packages that came with their wheel and do not install: the wheel goes without them. */
  readonly left: readonly PackagePublication[];
}

async function solve(
  due: readonly WheelDue[],
  given: readonly PackagePublication[],
  world: MakeWorld,
): Promise<Solved> {
  if (due.length + given.length === 0) return { making: [], left: [], warnings: [], problems: [] };
  const asked = new Map(due.map((one) => [one, offeredOf(one)]));
  const offered = { wheels: [...asked.values()], packages: given.map(({ provenance }) => provenance) };
  const { made, warnings, problems } = await solveFirst(offered, world);
  const solved = [...asked].map(([one, wheel]) => ({ ...one, kept: made.get(wheel) ?? [] }));
  return {
    making: solved.flatMap(({ wheel, comes, kept }) =>
      comes.length > 0 ? [] : kept.map((toMake) => ({ wheel, toMake })),
    ),
    left: solved.flatMap(({ comes, kept }) =>
      comes.filter(({ provenance }) => !kept.some(({ filename }) => filename === provenance.filename)),
    ),
    warnings,
    problems,
  };
}

const offeredOf = ({ wheel: { wheel, digests }, comes }: WheelDue) => ({
  wheel,
  ...digests,
  ...(comes.length > 0 && { already: comes.map(({ provenance }) => provenance) }),
});

async function makeAll(
  making: readonly Making[],
  world: MakeWorld,
  held: AsyncDisposableStack,
): Promise<Omit<SolvedAndMade, 'finished'>> {
  const packages: PackagePublication[] = [];
  const warnings: Problem[] = [];
  const problems: Problem[] = [];
  for (const { wheel, toMake } of making) {
    const made = await packageOfWheel(wheel, toMake, world, held);
    if (!('code' in made)) packages.push(made);
    else (made.code === 'publish.pip-only' ? warnings : problems).push(made);
  }
  return { packages, warnings, problems };
}
