import { z } from 'zod';
import { canonicalJson } from '../json/json.ts';
import { notEmpty } from '../json/length-checks.ts';
import { planKey } from '../layout/keys.ts';
import { md5Schema, type Sha256, sha256Of, sha256Schema } from '../names/digest.ts';
import { packageFileNameSchema } from '../names/package-file-name.ts';
import { subdirSchema } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import { problemSchema } from '../problems/problem.ts';
import { recordSchema } from '../record/record.ts';
import { recordFindingsSchema } from '../record/record-finding.ts';
import { putOnce } from '../store/put-once.ts';
import { readJsonObject } from '../store/read-json-object.ts';
import { overrideSchema } from './control.ts';
import { publishedAtSchema } from './gate/verdict.ts';
import { emptySimplePlan, type SimplePlan, simpleFileId, simplePlanSchema } from './simple/simple-plan.ts';

/**
 * What a package is made of that no channel has: a file of a Python package index, converted. The same file, `depends` and
 * time give the same bytes.
 */
export const madeSchema = z.strictObject({
  from: z.enum(['wheel', 'sdist']),
  /** The index's URL, as the allowlist spells it. */
  index: z.string(),
  /** The wheel's or sdist's name, where its bytes are, and what they must be. */
  fileName: z.string(),
  url: z.string(),
  sha256: sha256Schema,
  /** Bytes; null when the index does not say. */
  size: z.int().nonnegative().nullable(),
  /** The conda package's name, version, build string and dependencies. */
  name: z.string(),
  version: z.string(),
  build: z.string(),
  depends: z.array(z.string()),
  /** Of a wheel, what its metadata asked for when this was planned (`asksOf`): it may have been read beside the wheel. */
  asks: sha256Schema.optional(),
  /** Milliseconds since the epoch that the package is dated by; 0 for the newest time in the file itself. */
  timestamp: z.int().nonnegative(),
});
export type Made = z.infer<typeof madeSchema>;

/** One package file the allowlist needs: where it is upstream, what its bytes must be, and which entries brought it. */
export const artifactSchema = z.strictObject({
  subdir: subdirSchema,
  filename: packageFileNameSchema,
  /** The upstream channel's or index's URL, as the allowlist spells it. */
  channel: z.string(),
  /** Where the bytes are, or those of the file it is made of; absolute. */
  url: z.string(),
  /** Bytes; null when upstream's record does not say, and for a package that is made: its bytes are known once it is. */
  size: z.int().nonnegative().nullable(),
  sha256: sha256Schema.nullable(),
  md5: md5Schema.nullable(),
  /** Upstream's record as it is now and as all clients read it, upstream's own hotfixes included, the organisation's not. */
  record: recordSchema,
  /** What of upstream's record was mended or left out; absent where nothing was. */
  findings: recordFindingsSchema.optional(),
  /** Only of a package that is made of a file of a Python package index. */
  made: madeSchema.optional(),
  /** Since when it is public, or the file that it is made of; absent of what the store has, and where nobody needs to know. */
  published: publishedAtSchema.optional(),
  /** The entries that need it, in the allowlist's order; `environment:NAME` for a group. */
  why: z.array(z.string()).check(notEmpty),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** `<subdir>/<filename>`: an artifact's identity within a channel. */
export const artifactId = (artifact: { readonly subdir: string; readonly filename: string }): string =>
  `${artifact.subdir}/${artifact.filename}`;

export const outcomeSchema = z.strictObject({
  entry: z.string(),
  platform: subdirSchema,
  /** The python it was solved with, of those the allowlist lists; null when it lists none or the entry needs none. */
  python: z.string().nullable(),
  /** `failed`: the solver broke or upstream could not be read, which says nothing about the entry. */
  status: z.enum(['solved', 'unsolvable', 'failed']),
  /** Artifact ids of the solution, in order; empty unless solved. */
  artifacts: z.array(z.string()),
  /** The solver's own explanation, made readable; null when solved. */
  explanation: z.string().nullable(),
});
/** How one entry fared on one platform, and with one python when the allowlist lists any. */
export type EntryOutcome = z.infer<typeof outcomeSchema>;

/** Subdir -> file name -> override. */
const overridesSchema = z.record(z.string(), z.record(z.string(), overrideSchema));
export type Overrides = z.infer<typeof overridesSchema>;

/** A file that would have been chosen, and waits at the gate. */
export const waitingSchema = z.strictObject({
  /** `linux-64/x-1.0-0.conda`, or `simple/x/x-1.0-py3-none-any.whl`. */
  id: z.string(),
  /** What holds it: the gate's code (`C2.young`). */
  code: z.string(),
  detail: z.string(),
  /** Milliseconds since the epoch: when that ends by itself; null where it does not. */
  until: z.number().nullable(),
  /** What a person can do about it. */
  hint: z.string().optional(),
});
export type Waiting = z.infer<typeof waitingSchema>;

/** Entries that each install, and cannot all be in one environment as they were planned; without any one of them the others can. */
const apartSchema = z.strictObject({
  platforms: z.array(subdirSchema),
  /** The pythons that this is so with, of those the allowlist lists; empty where it makes no difference. */
  python: z.array(z.string()),
  entries: z.array(z.string()),
  reason: z.string(),
  /** Whether other versions, from upstream, would go together on each platform of the allowlist, or `here` alone; `untried`: nobody can say. */
  upstream: z.enum(['solves', 'here', 'unsolvable', 'untried']),
  /** The member of `environments` that has such versions planned, `{"together": ["a ==1", "b"]}`; null where there are none. */
  environment: z.record(z.string(), z.array(z.string())).nullable(),
});
export type Apart = z.infer<typeof apartSchema>;

/** Which entries cannot be installed together, and whether there may be more of them, which were not looked for. */
const togetherSchema = z.strictObject({ apart: z.array(apartSchema), more: z.boolean() });
export type Together = z.infer<typeof togetherSchema>;

/** What a sync would do. Equal inputs give equal bytes, and jobs name a plan by the hash of its bytes. */
const planSchema = z.strictObject({
  version: z.literal(1),
  /** All the allowlist needs, in order of id. */
  artifacts: z.array(artifactSchema),
  /** Ids of those the store does not have. */
  add: z.array(z.string()),
  /** Ids whose record changes in the index, proved harmless. */
  change: z.array(z.string()),
  /** Ids that leave the index, proved harmless. */
  drop: z.array(z.string()),
  /** Ids whose record the organisation's own hotfixes change, take out or give back, proved harmless. */
  hotfix: z.array(z.string()),
  /** Ids among `add` whose stem the index has in the other format, proved harmless: fetched last. */
  second: z.array(z.string()),
  entries: z.array(outcomeSchema),
  /** Pairs of entries that solve on a platform, but with no python in common. */
  apart: z.array(z.strictObject({ platform: subdirSchema, entries: z.tuple([z.string(), z.string()]) })),
  /** Which entries cannot be installed together; absent where all can, and of a plan from before this was asked. */
  together: togetherSchema.optional(),
  problems: z.array(problemSchema),
  /** What a person may want to know, though all is done as the allowlist says. */
  warnings: z.array(problemSchema).default([]),
  /** What would have been chosen, were it not held, rejected or too young; in order of id. */
  waiting: z.array(waitingSchema).default([]),
  /** Nobody looks for advisories, as the allowlist says, or since all that it asks is on this machine. */
  advisories: z.literal('none').optional(),
  /** False when something needed could not be read: such a plan removes nothing. */
  complete: z.boolean(),
  /** What control is to say from now on, whatever becomes of the fetches: who needs what, and what came under a name that is reserved now. */
  decisions: overridesSchema,
  /** What control is to say on top once everything is fetched: changes to what is served, proved with all of it there. */
  alterations: overridesSchema,
  /** The same for pip. */
  simple: simplePlanSchema.default(emptySimplePlan),
});
export type Plan = z.infer<typeof planSchema>;

/** @throws GatehouseError `state.damaged` when there is none such; `json.invalid` when it is damaged */
export async function readPlan(store: Store, id: Sha256): Promise<Plan> {
  const read = await readJsonObject(store, planKey(id), planSchema);
  if (read !== null) return read.value;
  throw new GatehouseError('state.damaged', `${planKey(id)} does not exist`, { hint: 'start another run' });
}

/** Writes a plan under the hash of its bytes, which is its id: jobs name it, and it still says later why they were there. */
export async function keepPlan(store: Store, plan: Plan): Promise<Sha256> {
  const bytes = Buffer.from(canonicalJson(plan));
  const id = sha256Of(bytes);
  await putOnce(store, planKey(id), bytes);
  return id;
}

/** Whether some entry solves, none is asked for, or something changes all the same: the sums of another plan say nothing. */
export function isMade({ entries, simple, change, drop, hotfix }: MadePlan): boolean {
  const outcomes = [...entries, ...simple.entries];
  const changes = [...change, ...drop, ...hotfix, ...simple.change, ...simple.drop];
  return outcomes.length === 0 || changes.length > 0 || outcomes.some(({ status }) => status === 'solved');
}

type MadePlan = Pick<Plan, 'entries' | 'change' | 'drop' | 'hotfix'> & {
  readonly simple: Pick<SimplePlan, 'entries' | 'change' | 'drop'>;
};

/** The pythons that pip was asked with. */
export const pythonsForPip = ({ simple }: Plan): string[] => [
  ...new Set(simple.entries.flatMap(({ python }) => python ?? [])),
];

/** Bytes to be fetched for an artifact, as far as upstream says. */
export const bytesToFetch = ({ size, made }: Artifact): number => size ?? made?.size ?? 0;

/** Bytes of packages that a plan would fetch, as far as upstream says. */
export function packageBytesToAdd({ artifacts, add }: Plan): number {
  const adding = new Set(add);
  return artifacts
    .filter((artifact) => adding.has(artifactId(artifact)))
    .reduce((sum, artifact) => sum + bytesToFetch(artifact), 0);
}

/** The same of files for pip. */
export function fileBytesToAdd({ files, add }: SimplePlan): number {
  const adding = new Set(add);
  return files.filter((file) => adding.has(simpleFileId(file))).reduce((sum, { size }) => sum + (size ?? 0), 0);
}
