import { zstdCompressSync } from 'node:zlib';
import { z } from 'zod';
import { type Control, isKeptOut } from '../../core/documents/control.ts';
import { isPassing, readVerdict } from '../../core/documents/gate/verdict.ts';
import { type Provenance, readProvenance } from '../../core/documents/provenance.ts';
import { packageThatLies } from '../../core/gate/door/lying-file.ts';
import { canonicalJson, parseJson } from '../../core/json/json.ts';
import { type ObjectKey, objectKeySchema, packageKey } from '../../core/layout/keys.ts';
import type { Digests } from '../../core/names/digest.ts';
import type { PackageFileName } from '../../core/names/package-file-name.ts';
import { recordFromIndex } from '../../core/package/index-json.ts';
import { readPackageInfo } from '../../core/package/read-package-info.ts';
import { bytesSource } from '../../core/ports/byte-source.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Condition, PutOutcome, Store, StoredObject } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { recordSchema } from '../../core/record/record.ts';
import { listPackages } from '../../core/store/list-packages.ts';
import { storedDigests } from '../../core/store/stored-digests.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { channel, subdir } from './simulated-package.ts';
import { outputs, rootKey } from './watch.ts';

/** An index small enough to be seen through, of which the mutants are made: one JSON object holds all of its state. */
const lineSchema = z.strictObject({
  etag: z.string(),
  /** The package's own; null when it is no sound package. */
  record: recordSchema.nullable(),
  /** What clients see of it, as control decided; null when they do not. */
  shown: recordSchema.nullable(),
});
type Line = z.infer<typeof lineSchema>;
const stateSchema = z.strictObject({
  generation: z.int(),
  /** Of every write, so that the object's tag never comes back. */
  revision: z.int(),
  control: z.string().nullable(),
  lines: z.record(z.string(), lineSchema),
});
export type SmallState = z.infer<typeof stateSchema>;
export type Lines = SmallState['lines'];

const stateKey = objectKeySchema.parse(rootKey);
const none: SmallState = { generation: 0, revision: 0, control: null, lines: {} };

export async function readState(store: Store): Promise<{ state: SmallState; etag: string | null }> {
  const object = await store.read(stateKey);
  return { state: parseState(object?.bytes ?? null), etag: object?.etag ?? null };
}

export const parseState = (bytes: Uint8Array | null): SmallState =>
  bytes === null ? none : parseJson(Buffer.from(bytes).toString('utf8'), stateSchema, rootKey);

export const writeState = (store: Store, state: SmallState, condition?: Condition): Promise<PutOutcome> =>
  store.put(stateKey, Buffer.from(canonicalJson(state)), condition);

export const ifUnchanged = (etag: string | null): Condition => (etag === null ? { absent: true } : { etag });

/** ETags of the subdir's packages by file name: all of them, or the hinted; null when it is not there. */
export async function look(
  store: Store,
  hints?: readonly PackageFileName[],
): Promise<Map<PackageFileName, string | null>> {
  const seen = new Map<PackageFileName, string | null>();
  if (hints === undefined) {
    for await (const { filename, etag } of listPackages(store, channel, subdir)) seen.set(filename, etag);
    return seen;
  }
  for (const filename of hints)
    seen.set(filename, (await store.get(packageKey(channel, subdir, filename)))?.etag ?? null);
  return seen;
}

/** A package read again from its object; null when it is not there. Without a record where the gate does not let it in. */
export async function readLine(store: Store, filename: PackageFileName): Promise<Line | null> {
  const object = await store.get(packageKey(channel, subdir, filename));
  if (object === null) return null;
  const digests = await storedDigests(object);
  const provenance = await readProvenance(store, { channel, subdir, filename }, digests.sha256);
  const isIn = await isLetIn(store, filename, { provenance, object, digests });
  return isIn ? readUnjudged(store, filename) : { etag: object.etag, record: null, shown: null };
}

/** The same whatever the gate says. */
export async function readUnjudged(store: Store, filename: PackageFileName): Promise<Line | null> {
  const object = await store.get(packageKey(channel, subdir, filename));
  if (object === null) return null;
  const digests = await storedDigests(object);
  const provenance = await readProvenance(store, { channel, subdir, filename }, digests.sha256);
  const record = provenance?.record ?? (await recordInside(object, filename, digests));
  return { etag: object.etag, record: record && { ...record, ...digests, subdir }, shown: null };
}

interface Lying {
  readonly provenance: Provenance | null;
  readonly object: StoredObject;
  readonly digests: Digests;
}

/** By the verdict there is; where there is none, or it does not pass, by that of a gate that is asked now. */
async function isLetIn(
  store: Store,
  filename: PackageFileName,
  { provenance, object, digests }: Lying,
): Promise<boolean> {
  const file = packageThatLies({ subdir, filename }, provenance, { bytes: object, digests });
  const there = await readVerdict(store, file.id, digests.sha256);
  return isPassing(there?.value ?? { verdict: 'hold' }) || isPassing(await testGate(store).judge(file));
}

async function recordInside(object: StoredObject, filename: PackageFileName, digests: Digests) {
  const bytes = await object.read(0, object.size);
  try {
    return recordFromIndex((await readPackageInfo(bytesSource(bytes), filename)).index, digests, subdir);
  } catch (error) {
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}

/** The lines that packages now call for; those whose tag is known are kept. Without hints what is not seen goes. */
export async function refresh(store: Store, lines: Lines, hints?: readonly PackageFileName[]): Promise<Lines> {
  return merged(store, { lines, kept: hints ? lines : {}, seen: await look(store, hints) });
}

export async function merged(
  store: Store,
  { lines, kept, seen }: { lines: Lines; kept: Lines; seen: ReadonlyMap<PackageFileName, string | null> },
): Promise<Lines> {
  const next = new Map(Object.entries(kept));
  for (const [filename, etag] of seen) {
    const known = lines[filename];
    // What was not let in may be by now.
    const isKnown = known?.etag === etag && known.record !== null;
    const line = isKnown ? known : etag === null ? null : await readLine(store, filename);
    if (line) next.set(filename, line);
    else next.delete(filename);
  }
  return Object.fromEntries(next);
}

/** The lines as control lets clients see them. */
export const decided = (lines: Lines, control: Control): Lines =>
  Object.fromEntries(Object.entries(lines).map(([filename, line]) => [filename, decidedLine(filename, line, control)]));

export function decidedLine(filename: string, line: Line, control: Control): Line {
  const decision = control.packages[filename] ?? {};
  if (line.record === null || isKeptOut(decision)) return { ...line, shown: null };
  const { sha256, size } = line.record;
  return { ...line, shown: { ...(decision.record ?? line.record), sha256, size } };
}

export const sameLines = (some: Lines, others: Lines): boolean => canonicalJson(some) === canonicalJson(others);

/** What a client sees of some lines. */
function encode(lines: Lines): Buffer {
  const shown = Object.entries(lines).flatMap(([filename, line]) =>
    line.shown ? [[filename, line.shown] as const] : [],
  );
  const section = (format: string) => Object.fromEntries(shown.filter(([filename]) => filename.endsWith(format)));
  return Buffer.from(canonicalJson({ packages: section('.tar.bz2'), 'packages.conda': section('.conda') }));
}

/** Writes each form that is behind, `.zst` first; over nothing newer, and only what was seen. True when it wrote. */
export async function publish(store: Store, state: SmallState): Promise<boolean> {
  let wrote = false;
  for (const key of outputs) wrote = (await publishForm(store, key, state)) || wrote;
  return wrote;
}

async function publishForm(store: Store, key: ObjectKey, state: SmallState): Promise<boolean> {
  for (;;) {
    const there = await store.get(key);
    if (Number(there?.metadata['generation'] ?? 0) >= state.generation) return false;
    if (await put(store, key, { ...state, condition: ifUnchanged(there?.etag ?? null) })) return true;
  }
}

export interface Output extends Pick<SmallState, 'generation' | 'lines'> {
  readonly condition: Condition;
}

/** Writes one form; false when it was changed meanwhile. */
export async function put(store: Store, key: ObjectKey, { generation, lines, condition }: Output): Promise<boolean> {
  const bytes = encode(lines);
  await using staged = await store.stage();
  await staged.write(key.endsWith('.zst') ? zstdCompressSync(bytes) : bytes);
  return (await staged.publish(key, { generation: `${generation}` }, condition)).status === 'written';
}

/** The state after this one. */
export const following = (state: SmallState, lines: Lines, control: string | null): SmallState => ({
  generation: state.generation + (sameLines(state.lines, lines) ? 0 : 1) || 1,
  revision: state.revision + 1,
  control,
  lines,
});

/** Tries until nobody else got in between, a moment apart. */
export async function untilDone(clock: Clock, attempt: () => Promise<boolean>): Promise<void> {
  for (let attempts = 0; attempts < 30; attempts++) {
    if (await attempt()) return;
    await clock.sleep(5 + clock.random() * 50);
  }
  throw new GatehouseError('store.busy', 'others were always first', { retry: true });
}
