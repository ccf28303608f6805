import { chunksOf } from '../byte-source.ts';
import type { Control } from '../control.ts';
import { digestStream } from '../digest.ts';
import type { Log } from '../event.ts';
import { deriveSubdir } from '../index/derive-subdir.ts';
import { encodeRepodata } from '../index/encode-repodata.ts';
import type { IndexPackageWorld } from '../index/index-package.ts';
import { readIndex } from '../index/read-index.ts';
import { controlKey, indexFiles } from '../layout.ts';
import { readControl } from '../read-control.ts';
import { isDamaged } from '../read-json-object.ts';
import { readOnlyStore } from '../read-only-store.ts';
import { noarch, type Subdir } from '../subdir.ts';
import type { Damage } from '../verify/damage.ts';
import { surveyChannel } from '../verify/survey-channel.ts';
import { verifyForms } from '../verify/verify-forms.ts';
import { type VerifiedPackages, verifyPackages } from '../verify/verify-packages.ts';
import { verifyRecords } from '../verify/verify-records.ts';

export interface VerifyWorld extends Omit<IndexPackageWorld, 'digestsOf'> {
  readonly log: Log;
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
  for (const subdir of [...new Set([...subdirs, ...configured, noarch])].sort()) {
    const packages = await verifyPackages(subdir, world);
    checked += packages.stored.size + indexFiles.length;
    problems.push(...packages.problems, ...(await verifyIndex(subdir, packages, world)));
  }
  return { checked, problems: [...problems, ...strays] };
}

async function verifyIndex(subdir: Subdir, packages: VerifiedPackages, world: VerifyWorld): Promise<Damage[]> {
  const control = await unlessDamaged(readControl(world.store, world.channel, subdir));
  if (typeof control === 'string') {
    return [{ code: 'verify.control', key: controlKey(world.channel, subdir), detail: control }];
  }
  return compareIndex(subdir, { ...control, packages }, world);
}

async function compareIndex(
  subdir: Subdir,
  { control, packages }: { control: Control; packages: VerifiedPackages },
  world: VerifyWorld,
): Promise<Damage[]> {
  const derived = await deriveSubdir(subdir, control, {
    ...world,
    digestsOf: async (object) => packages.digests.get(object.key) ?? (await digestStream(chunksOf(object))),
  });
  const served = await unlessDamaged(readIndex(world.store, world.channel, subdir));
  const records = typeof served === 'string' ? null : (served ?? new Map());
  const right = new Map(derived.records);
  // Damaged bytes are reported once, as that: their record is taken as it is served.
  for (const filename of packages.damaged) {
    const record = records?.get(filename);
    if (record !== undefined) right.set(filename, record);
  }
  const forms = await verifyForms(encodeRepodata(subdir, right, derived.removed), { ...world, subdir });
  // An index that cannot be read has no records to compare; its form says that it is wrong.
  if (records === null) return forms;
  const all = { served: records, derived: right, stored: packages.stored };
  return [...verifyRecords({ ...world, subdir }, all), ...forms];
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
