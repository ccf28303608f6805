import { type Control, readControl } from '../documents/control.ts';
import { defaultPolicy, type Policy } from '../documents/gate/policy.ts';
import { artifactId } from '../documents/plan.ts';
import { deriveSubdir, listedRecords } from '../index/derive-subdir.ts';
import type { IndexPackageWorld } from '../index/index-package.ts';
import { readIndex } from '../index/read-index.ts';
import { entriesSource } from '../index/state-source.ts';
import type { OptionalIndexFile } from '../layout/index-files.ts';
import { controlKey, type ObjectKey, packageKey } from '../layout/keys.ts';
import type { VerifiedLedger } from '../ledger/verify-ledger.ts';
import { digestStream } from '../names/digest.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import { noarch, type Subdir } from '../names/subdir.ts';
import type { EntrySource } from '../outputs/entries/entry-source.ts';
import { type IndexEntry, jsonPart, parsePart } from '../outputs/entries/index-entry.ts';
import { chunksOf } from '../ports/byte-source.ts';
import type { Log } from '../ports/log.ts';
import type { GatehouseError } from '../problems/error.ts';
import { problemSchema, tellingOf } from '../problems/problem.ts';
import type { RepodataRecord } from '../record/record.ts';
import { channelStrays } from '../store/channel-strays.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { readOnlyStore } from '../store/read-only-store.ts';
import { collectStrays, type Stray } from '../store/strays.ts';
import { subdirsOf } from '../store/subdirs-of.ts';
import type { Damage, VerifyReport } from '../verify/damage.ts';
import { verifyHeld } from '../verify/verify-kept.ts';
import { verifyListed } from '../verify/verify-listed.ts';
import { verifyChannelOutputs, verifyOutputs } from '../verify/verify-outputs.ts';
import { type VerifiedPackages, verifyPackages } from '../verify/verify-packages.ts';
import { verifyProjects } from '../verify/verify-projects.ts';
import { verifyRecords } from '../verify/verify-records.ts';
import { type VerifiedVerdicts, verifyVerdicts } from '../verify/verify-verdicts.ts';

export interface VerifyWorld extends Omit<IndexPackageWorld, 'digestsOf' | 'gate'> {
  readonly log: Log;
  /** How the gate acts, by default as it does without an allowlist. */
  readonly policy?: Policy;
  /** The optional index files asked for. */
  readonly asked?: ReadonlySet<OptionalIndexFile>;
}

export interface VerifiedSide extends VerifyReport {
  readonly ledger: VerifiedLedger;
}

/** With what verifying one side of a store finds before all else. */
interface SideWorld extends VerifyWorld {
  readonly policy: Policy;
  readonly verdicts: VerifiedVerdicts;
}

/**
 * Reads every object of the channel again; compares bytes with provenance, records with both, and every index file. Then
 * the same of the pip index. Reads the ledger, and holds the gate's verdicts to it, and to what is listed.
 * Changes nothing, not even by adopting a package that has no provenance yet.
 */
export async function verify(configured: readonly Subdir[], writable: VerifyWorld): Promise<VerifiedSide> {
  const { policy = defaultPolicy } = writable;
  const store = readOnlyStore(writable.store);
  const verdicts = await verifyVerdicts(store);
  const held = await verifyHeld(store);
  const world = { ...writable, store, policy, verdicts };
  const strays = collectStrays(channelStrays);
  let checked = 0;
  const problems: Damage[] = [];
  const sources: (EntrySource | null)[] = [];
  for (const subdir of await subdirsOf(world, 'anything', { always: [...configured, noarch], strays })) {
    const packages = await verifyPackages(subdir, world);
    const index = await verifyIndex(subdir, packages, world);
    checked += packages.stored.size + index.checked;
    problems.push(...packages.problems, ...index.problems);
    sources.push(index.source);
  }
  const known = sources.filter((source) => source !== null);
  // What is made of all subdirs is known only where what each of them must say is known.
  const channel = known.length === sources.length ? await verifyChannelOutputs(known, world) : nothing;
  const simple = await verifyProjects(world);
  return {
    ledger: verdicts.ledger,
    checked: checked + channel.checked + simple.checked + verdicts.checked + held.checked,
    problems: [
      ...[...problems, ...channel.problems, ...strays.found().map(strayDamage), ...simple.problems],
      ...[...verdicts.problems, ...held.problems],
    ],
  };
}

const strayDamage = ({ subject, ...telling }: Stray): Damage => ({ code: 'verify.stray', key: subject, ...telling });

const nothing: VerifyReport = { checked: 0, problems: [] };

interface VerifiedIndex extends VerifyReport {
  /** What the index must be made from; null when that is not wholly known. */
  readonly source: EntrySource | null;
}

async function verifyIndex(subdir: Subdir, packages: VerifiedPackages, world: SideWorld): Promise<VerifiedIndex> {
  const control = await unlessDamaged(readControl(world.store, world.channel, subdir));
  if (!isDamaged(control)) return compareIndex(subdir, { ...control, packages }, world);
  const key = controlKey(world.channel, subdir);
  return { checked: 0, problems: [{ code: 'verify.control', key, ...tellingOf(control) }], source: null };
}

async function compareIndex(
  subdir: Subdir,
  { control, packages }: { control: Control; packages: VerifiedPackages },
  world: SideWorld,
): Promise<VerifiedIndex> {
  const derived = await deriveSubdir(subdir, control, {
    ...world,
    gate: null,
    digestsOf: async (object) => packages.digests.get(object.key) ?? (await digestStream(chunksOf(object))),
  });
  const served = await unlessDamaged(readIndex(world.store, world.channel, subdir));
  const records = isDamaged(served) ? null : (served ?? new Map());
  // Damaged bytes are reported once, as that: their record is taken as it is served.
  const entries = derived.map((entry) =>
    packages.damaged.has(entry.filename) ? asServed(entry, records?.get(entry.filename)) : entry,
  );
  const whole = packages.damaged.size === 0;
  const source = entriesSource(subdir, entries);
  const files = await verifyOutputs(source, { ...world, whole });
  const keyOf = (filename: PackageFileName) => packageKey(world.channel, subdir, filename);
  // An index that cannot be read has no records to compare; its file says that it is wrong.
  const compared = { derived: listedRecords(entries), stored: packages.stored };
  const differing = records === null ? [] : verifyRecords(keyOf, { served: records, ...compared });
  const leftOut = entries.flatMap((entry) => leftOutOf(entry, packages, keyOf(entry.filename)));
  const unjudged = verifyListed(
    namedBytesOf(subdir, [...(records ?? new Map()).keys()], packages, keyOf),
    world.verdicts,
  );
  const problems = [...leftOut, ...differing, ...unjudged, ...files.problems];
  return { checked: files.checked, problems, source: whole ? source : null };
}

/** Those whose bytes are there, and are what entered. */
function namedBytesOf(
  subdir: Subdir,
  listed: readonly PackageFileName[],
  packages: VerifiedPackages,
  keyOf: (filename: PackageFileName) => ObjectKey,
) {
  return listed.flatMap((filename) => {
    const key = keyOf(filename);
    const digests = packages.damaged.has(filename) ? undefined : packages.digests.get(key);
    return digests === undefined ? [] : [{ key, id: artifactId({ subdir, filename }), sha256: digests.sha256 }];
  });
}

function asServed(entry: IndexEntry, served: RepodataRecord | undefined): IndexEntry {
  if (served === undefined) return entry;
  return { ...entry, kind: 'listed', record: jsonPart(served) };
}

/** A sound package that is not in the index all the same, for not every client can read its record. */
function leftOutOf({ filename, kind, record }: IndexEntry, { damaged }: VerifiedPackages, key: ObjectKey): Damage[] {
  if (kind !== 'problem' || damaged.has(filename)) return [];
  const { detail } = parsePart(record, problemSchema, key);
  return [{ code: 'verify.left-out', key, detail }];
}

/** What was read, or what is wrong with it. */
async function unlessDamaged<T>(reading: Promise<T>): Promise<T | GatehouseError> {
  try {
    return await reading;
  } catch (error) {
    if (isDamaged(error)) return error;
    throw error;
  }
}
