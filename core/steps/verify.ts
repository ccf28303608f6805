import { chunksOf } from '../byte-source.ts';
import { digestStream } from '../digest.ts';
import type { Control } from '../documents/control.ts';
import { readControl } from '../documents/control.ts';
import { channeldata } from '../forms/channeldata/channeldata.ts';
import type { FormSource } from '../forms/form.ts';
import type { OptionForm } from '../forms/option-forms.ts';
import { deriveSubdir, linesSource, listedRecords } from '../index/derive-subdir.ts';
import type { IndexPackageWorld } from '../index/index-package.ts';
import { readIndex } from '../index/read-index.ts';
import type { IndexLine } from '../index/state/index-line.ts';
import { canonicalJson } from '../json.ts';
import { channeldataKey, controlKey } from '../layout.ts';
import { isDamaged } from '../read-json-object.ts';
import { readOnlyStore } from '../read-only-store.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { Log } from '../report/event.ts';
import { noarch, type Subdir } from '../subdir.ts';
import type { Damage } from '../verify/damage.ts';
import { surveyChannel } from '../verify/survey-channel.ts';
import { formBytes, verifyForm, verifyForms } from '../verify/verify-forms.ts';
import { verifyOptionForms } from '../verify/verify-option-forms.ts';
import { type VerifiedPackages, verifyPackages } from '../verify/verify-packages.ts';
import { verifyRecords } from '../verify/verify-records.ts';

export interface VerifyWorld extends Omit<IndexPackageWorld, 'digestsOf'> {
  readonly log: Log;
  /** The option forms asked for. */
  readonly forms?: ReadonlySet<OptionForm>;
}

export interface VerifyReport {
  /** Objects read. */
  readonly checked: number;
  readonly problems: readonly Damage[];
}

/**
 * Reads every object of the channel again; compares bytes with provenance, records with both, and every index file.
 * Changes nothing, not even by adopting a package that has no provenance yet.
 */
export async function verify(configured: readonly Subdir[], writable: VerifyWorld): Promise<VerifyReport> {
  const world = { ...writable, store: readOnlyStore(writable.store) };
  const { subdirs, strays } = await surveyChannel(world.store, world.channel);
  let checked = 0;
  const problems: Damage[] = [];
  const sources: (FormSource | null)[] = [];
  for (const subdir of [...new Set([...subdirs, ...configured, noarch])].sort()) {
    const packages = await verifyPackages(subdir, world);
    const index = await verifyIndex(subdir, packages, world);
    checked += packages.stored.size + index.checked;
    problems.push(...packages.problems, ...index.problems);
    sources.push(index.source);
  }
  const channel = await verifyChannel(sources, world);
  return { checked: checked + channel.checked, problems: [...problems, ...channel.problems, ...strays] };
}

interface VerifiedIndex extends VerifyReport {
  /** What the index must be made from; null when that is not wholly known. */
  readonly source: FormSource | null;
}

async function verifyIndex(subdir: Subdir, packages: VerifiedPackages, world: VerifyWorld): Promise<VerifiedIndex> {
  const control = await unlessDamaged(readControl(world.store, world.channel, subdir));
  if (typeof control !== 'string') return compareIndex(subdir, { ...control, packages }, world);
  const key = controlKey(world.channel, subdir);
  return { checked: 0, problems: [{ code: 'verify.control', key, detail: control }], source: null };
}

async function compareIndex(
  subdir: Subdir,
  { control, packages }: { control: Control; packages: VerifiedPackages },
  world: VerifyWorld,
): Promise<VerifiedIndex> {
  const derived = await deriveSubdir(subdir, control, {
    ...world,
    digestsOf: async (object) => packages.digests.get(object.key) ?? (await digestStream(chunksOf(object))),
  });
  const served = await unlessDamaged(readIndex(world.store, world.channel, subdir));
  const records = typeof served === 'string' ? null : (served ?? new Map());
  // Damaged bytes are reported once, as that: their record is taken as it is served.
  const lines = derived.map((line) =>
    packages.damaged.has(line.filename) ? asServed(line, records?.get(line.filename)) : line,
  );
  const whole = packages.damaged.size === 0;
  const source = linesSource(subdir, lines);
  const forms = await verifyForms(source, { ...world, whole });
  const options = await verifyOptionForms(source, { ...world, whole });
  const all = { served: records ?? new Map(), derived: listedRecords(lines), stored: packages.stored };
  // An index that cannot be read has no records to compare; its form says that it is wrong.
  const differing = records === null ? [] : verifyRecords({ ...world, subdir }, all);
  const problems = [...differing, ...forms.problems, ...options.problems];
  return { checked: forms.checked + options.checked, problems, source: whole ? source : null };
}

function asServed(line: IndexLine, served: RepodataRecord | undefined): IndexLine {
  if (served === undefined) return line;
  return { ...line, kind: 'listed', record: Buffer.from(canonicalJson(served), 'latin1') };
}

/** `channeldata.json`, unless what one of the subdirs must say is not known. */
async function verifyChannel(sources: readonly (FormSource | null)[], world: VerifyWorld): Promise<VerifyReport> {
  const known = sources.filter((source) => source !== null);
  if (known.length < sources.length) return { checked: 0, problems: [] };
  const expected = await formBytes(channeldata(known));
  return { checked: 1, problems: await verifyForm(world.store, channeldataKey(world.channel), expected) };
}

/** What was read, or what is wrong with it. */
async function unlessDamaged<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading;
  } catch (error) {
    if (isDamaged(error)) return error.message;
    throw error;
  }
}
