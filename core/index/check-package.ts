import type { Override } from '../documents/control.ts';
import { soundVerdict } from '../documents/gate/verdict.ts';
import { artifactId } from '../documents/plan.ts';
import { canonicalJson } from '../json/json.ts';
import { verdictsOf } from '../layout/gate-keys.ts';
import { provenancePrefix } from '../layout/keys.ts';
import { sha256Of } from '../names/digest.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import { type IndexEntry, jsonPart } from '../outputs/entries/index-entry.ts';
import { sameBytes } from '../ports/byte-source.ts';
import type { ListedPackage } from '../store/list-packages.ts';
import { batches, mapInOrder } from '../store/map-in-order.ts';
import { type IndexPackageWorld, indexPackage } from './index-package.ts';

/** A package whose entry no longer says what the store shows. */
export interface PackageCheck {
  readonly filename: PackageFileName;
  /** Null when its bytes are gone. */
  readonly listed: ListedPackage | null;
  readonly override: Override;
  /** The entry of the problem that it had and may have still: nothing else calls for this check. */
  readonly problem?: IndexEntry;
}

/** A package's new entry, or null when it is gone. */
export interface EntryChange {
  readonly filename: PackageFileName;
  readonly entry: IndexEntry | null;
}

/** {@link checkPackage} for several packages, done by other threads; null when they are too few to be worth it. */
export type Offload = (checks: readonly PackageCheck[]) => Promise<readonly (EntryChange | null)[]> | null;

export interface CheckWorld extends IndexPackageWorld {
  readonly offload?: Offload | undefined;
}

/** Packages read at once: enough that a bucket's latency hides, few enough that their windows stay small. */
const maxPackagesAtOnce = 16;
/** Packages handed over at once: what handing over costs is shared among them. */
const offloadedBatchSize = 8;
/** Batches under way: two for each of a few threads, and one or more here. */
const maxBatchesAtOnce = 8;

/** The new entries of packages, in the order of the checks; none of a package that stays as it was. */
export async function* checkPackages(
  checks: AsyncIterable<PackageCheck>,
  world: CheckWorld,
): AsyncGenerator<EntryChange, void, void> {
  const here = (check: PackageCheck) => checkPackage(check, world);
  const { offload } = world;
  if (offload === undefined) {
    for await (const change of mapInOrder(checks, maxPackagesAtOnce, here)) if (change !== null) yield change;
    return;
  }
  const changed = mapInOrder(batches(checks, offloadedBatchSize), maxBatchesAtOnce, async ({ items }) => {
    return offload(items) ?? Promise.all(items.map(here));
  });
  for await (const changes of changed) yield* changes.filter((change) => change !== null);
}

/**
 * The new entry of one package. A problem is noted with the provenances and verdicts there are: with the package's bytes and
 * its override, that is all a problem can come from, so a problem that was met before is read again when they changed, or the
 * gate would answer otherwise by now, and costs two lists otherwise.
 *
 * @returns null when there is no new entry: the problem is the one it was
 */
export async function checkPackage(check: PackageCheck, world: IndexPackageWorld): Promise<EntryChange | null> {
  const { filename, listed, override, problem } = check;
  if (listed === null) return { filename, entry: null };
  if (problem === undefined) {
    const entry = await indexPackage(listed, override, world);
    if (entry?.kind !== 'problem') return { filename, entry };
  }
  const known = await causesOf(listed, world);
  if (problem !== undefined && sameBytes(problem.facts, known)) return null;
  // Read (again) after the list: a provenance that comes in between shows at the next check.
  const entry = await indexPackage(listed, override, world);
  return { filename, entry: entry?.kind === 'problem' ? { ...entry, facts: known } : entry };
}

/** Names what a problem may come from, with its tags; canonical JSON, kept as the facts of a problem. */
async function causesOf(listed: ListedPackage, { store, channel, gate }: IndexPackageWorld): Promise<Uint8Array> {
  const { filename, subdir } = listed;
  const found: string[] = [];
  for await (const { key, etag } of store.list(provenancePrefix(channel, subdir, filename))) found.push(key, etag);
  for await (const { key, etag } of store.list(verdictsOf(artifactId(listed)))) {
    const verdict = await soundVerdict(store, key);
    found.push(key, etag, (gate && verdict && (await gate.standsNow(verdict)).verdict) ?? '');
  }
  return jsonPart({ known: sha256Of(canonicalJson(found)).slice(0, 16) });
}
