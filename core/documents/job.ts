import { z } from 'zod';
import { type Sha256, sha256Schema } from '../names/digest.ts';
import { type Artifact, artifactId, type Plan } from './plan.ts';
import { type SimpleFile, simpleFileId } from './simple/simple-plan.ts';

/** The ids that a plan adds: files for pip first, for packages are made of those that are there. */
export const idsToAdd = ({ add, simple }: Plan): string[] => [...simple.add, ...add];

/**
 * The ids that a plan adds, without second formats. A `.conda` hides the `.tar.bz2` of its stem from conda as soon as it
 * is there, and was proved with all other artifacts present: it is fetched after them, and only when they are there.
 */
export function fetchedFirst(plan: Plan): string[] {
  const last = new Set(plan.second);
  return idsToAdd(plan).filter((id) => !last.has(id));
}

/** The records of what is to be brought in, as a plan has them. */
export interface PlannedRecords extends Pick<Plan, 'artifacts'> {
  readonly simple: Pick<Plan['simple'], 'files'>;
}

/** What a job brings in: a package of the channel, or a file for pip. */
export type Planned =
  | { readonly kind: 'package'; readonly artifact: Artifact }
  | { readonly kind: 'file'; readonly file: SimpleFile };

/** All that a plan, or a part of it, needs, by id. */
export function plannedById({ artifacts, simple }: PlannedRecords): Map<string, Planned> {
  return new Map<string, Planned>([
    ...artifacts.map((artifact) => [artifactId(artifact), { kind: 'package', artifact }] as const),
    ...simple.files.map((file) => [simpleFileId(file), { kind: 'file', file }] as const),
  ]);
}

/**
 * The message on the queue: names its plan, and what of it is to be brought in by its id; records stay in the plan. `part`
 * is the one that has its record (core/documents/plan-part.ts), where the plan lies in parts.
 */
export const jobSchema = z.strictObject({
  plan: sha256Schema,
  artifact: z.string(),
  part: z.int().nonnegative().exactOptional(),
});
export type Job = z.infer<typeof jobSchema>;

/** A message for each package and file of a plan that is to be fetched. */
export const artifactJobs = (plan: Sha256, ids: readonly string[]): string[] =>
  ids.map((artifact) => JSON.stringify({ plan, artifact }));
