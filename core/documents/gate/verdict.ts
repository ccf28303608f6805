import { z } from 'zod';
import { verdictKey } from '../../layout/gate-keys.ts';
import type { ObjectKey } from '../../layout/keys.ts';
import { type Sha256, sha256Schema } from '../../names/digest.ts';
import type { Store } from '../../ports/store.ts';
import { hintIfDamaged, isDamaged, type JsonObject, readJsonObject } from '../../store/read-json-object.ts';
import { checkIdSchema } from './checks.ts';
import { waiverSchema } from './policy.ts';

/** What a check answers, from the best to the worst; an `error` keeps out what it could not look at, as a hold does. */
export const answers = ['pass', 'warn', 'hold', 'error', 'reject'] as const;
export const answerSchema = z.enum(answers);
export type GateAnswer = z.infer<typeof answerSchema>;

const firingSchema = z.strictObject({
  /** Stable: the check's id, or one that starts with it and a dot (`D1.link-script`). */
  code: z.string(),
  verdict: z.enum(['warn', 'hold', 'error', 'reject']),
  /** A sentence for a person: what it found, and where. */
  detail: z.string(),
  /** Of the file in the artifact that it is about: a waiver may pin that instead of the whole artifact. */
  sha256: sha256Schema.optional(),
  /** Milliseconds since the epoch: when it ends by itself. */
  until: z.number().optional(),
});
/** One thing that a check found. */
export type Firing = z.infer<typeof firingSchema>;

const checkResultSchema = z.strictObject({
  id: checkIdSchema,
  version: z.int().positive(),
  /** As the check says, whatever its mode and whatever was waived; empty where it passes. */
  firings: z.array(firingSchema),
  /** Of what it went by, where that changes: when the advisories were read. Milliseconds since the epoch. */
  dataAsOf: z.number().optional(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

/** A release of a PyPI project that a file is, or holds. */
const projectReleaseSchema = z.strictObject({
  project: z.string(),
  /** In PEP 440's form as it is written; null where only the project is known. */
  version: z.string().nullable(),
  /** `itself`: a wheel or sdist; `made`: the package was made of one; `dist-info`: read in the package. */
  by: z.enum(['itself', 'made', 'dist-info', 'mapping']),
});
export type ProjectRelease = z.infer<typeof projectReleaseSchema>;

/** When a file became public, by a server's word, never by its builder's. */
export const publishedAtSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  at: z.number(),
  by: z.enum(['indexed_timestamp', 'upload-time', 'last-modified', 'first-seen']),
});
export type PublishedAt = z.infer<typeof publishedAtSchema>;

/** What later builds are compared with, and what a sweep goes by without reading the bytes again. Every list is bounded. */
const factsSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** The channel or index that it came from; null of the organisation's own. */
  source: z.string().nullable(),
  /** Names of what it depends on. */
  depends: z.array(z.string()),
  license: z.string().nullable(),
  maintainers: z.array(z.string()),
  /** Bytes of all its members. */
  unpacked: z.number(),
  /** Files that run, or act, at installation or at the start of Python, each with the check whose business that is (D3, of a wheel too). */
  scripts: z.array(z.strictObject({ path: z.string(), sha256: sha256Schema, check: checkIdSchema })),
  /** How many native binaries. */
  natives: z.number(),
  /** Foreign files of more than a MiB. */
  blobs: z.array(z.strictObject({ path: z.string(), size: z.number() })),
  /** Hosts that start-up code names. */
  hosts: z.array(z.string()),
  projects: z.array(projectReleaseSchema),
  /** That its index has somebody's attestation of it (PEP 740). */
  attested: z.literal(true).optional(),
});
export type GateFacts = z.infer<typeof factsSchema>;

/**
 * What the gate found of one file's bytes, with all that it went by: for an auditor, and for every later decision. Mutable,
 * under compare-and-swap: data and waivers change. Each version of it has an entry in the ledger.
 */
export const verdictSchema = z.strictObject({
  version: z.literal(1),
  /** `linux-64/x-1.0-0.conda`, or `simple/x/x-1.0-py3-none-any.whl`. */
  id: z.string(),
  sha256: sha256Schema,
  /** Bytes. */
  size: z.int().nonnegative(),
  origin: z.enum(['upstream', 'index', 'made', 'published', 'copied']),
  /** Of the file that it is made of; absent of all others. */
  madeOf: sha256Schema.optional(),
  /** The worst that counts. */
  verdict: answerSchema,
  checks: z.array(checkResultSchema),
  /** Those that counted. */
  waivers: z.array(waiverSchema),
  published: publishedAtSchema.nullable(),
  /** Null of what could not be read. */
  facts: factsSchema.nullable(),
  /** Of the build that it was compared with; null when there was none. */
  previous: sha256Schema.nullable(),
  /** Who asked for it: the allowlist's sha256, the entries, and their reasons; null of what nobody's entry brought. */
  request: z
    .strictObject({ allowlist: sha256Schema.nullable(), entries: z.array(z.string()), reasons: z.array(z.string()) })
    .nullable(),
  /** Milliseconds since the epoch. */
  judgedAt: z.number(),
  /** Gatehouse's version. */
  judgedBy: z.string(),
});
export type GateVerdict = z.infer<typeof verdictSchema>;

/** Whether what has this verdict may be in an index. */
export const isPassing = ({ verdict }: Pick<GateVerdict, 'verdict'>): boolean =>
  verdict === 'pass' || verdict === 'warn';

/**
 * The verdict of these very bytes under this name; null when the gate never saw them.
 *
 * @throws GatehouseError `json.invalid` when it is damaged, which is not taken for a pass
 */
export const readVerdict = (store: Store, id: string, sha256: Sha256): Promise<JsonObject<GateVerdict> | null> =>
  hintIfDamaged(readJsonObject(store, keyOfVerdict(id, sha256), verdictSchema), mending);

const mending = 'put it back from a backup; or delete it and run gatehouse sweep, which judges anew';

/** The verdict at a key; null when there is none, or it is damaged, so that nothing is known. */
export async function soundVerdict(store: Store, key: ObjectKey): Promise<GateVerdict | null> {
  try {
    return (await readJsonObject(store, key, verdictSchema))?.value ?? null;
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}

export const keyOfVerdict = (id: string, sha256: Sha256): ObjectKey => verdictKey(id, sha256);
