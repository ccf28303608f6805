import { GatehouseError } from '../error.ts';
import type { Log } from '../event.ts';
import { deriveSubdir } from '../index/derive-subdir.ts';
import { encodeRepodata } from '../index/encode-repodata.ts';
import type { IndexPackageWorld } from '../index/index-package.ts';
import { readIndex } from '../index/read-index.ts';
import { indexFiles, indexKey } from '../layout.ts';
import { listPackages } from '../list-packages.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { Store } from '../ports/store.ts';
import { readControl } from '../read-control.ts';
import { noarch, type Subdir } from '../subdir.ts';
import type { Damage } from '../verify/damage.ts';
import { verifyForms } from '../verify/verify-forms.ts';
import { verifyPackage } from '../verify/verify-package.ts';
import { verifyRecords } from '../verify/verify-records.ts';

export interface VerifyWorld extends IndexPackageWorld {
  readonly log: Log;
}

export interface VerifyReport {
  /** Objects read. */
  readonly checked: number;
  readonly problems: readonly Damage[];
}

/** Reads every object of the channel again; compares bytes with provenance, records with both, and every index file. */
export async function verify(configured: readonly Subdir[], world: VerifyWorld): Promise<VerifyReport> {
  const subdirs = new Set<Subdir>([...configured, noarch]);
  for await (const { subdir } of listPackages(world.store, world.channel)) subdirs.add(subdir);
  let checked = 0;
  const problems: Damage[] = [];
  for (const subdir of [...subdirs].sort()) {
    const report = await verifySubdir(subdir, world);
    checked += report.checked;
    problems.push(...report.problems);
  }
  return { checked, problems };
}

async function verifySubdir(subdir: Subdir, writable: VerifyWorld): Promise<VerifyReport> {
  const world = { ...writable, store: readOnly(writable.store) };
  const packages = await verifyPackages(subdir, world);
  const { control } = await readControl(world.store, world.channel, subdir);
  const derived = await deriveSubdir(subdir, control, world);
  const served = await servedRecords(subdir, world);
  const right = new Map(derived.records);
  // Damaged bytes are reported once, as that: their record is taken as it is served.
  for (const filename of packages.damaged) {
    const record = served.records.get(filename);
    if (record !== undefined) right.set(filename, record);
  }
  const records = verifyRecords(
    { ...world, subdir },
    { served: served.records, derived: right, stored: packages.stored },
  );
  const forms = await verifyForms(encodeRepodata(subdir, right, derived.removed), { ...world, subdir });
  const problems = [...packages.damage, ...(served.damage.length > 0 ? served.damage : records), ...forms];
  return { checked: packages.stored.size + indexFiles.length, problems };
}

async function verifyPackages(subdir: Subdir, world: VerifyWorld) {
  const stored = new Set<PackageFileName>();
  const damaged = new Set<PackageFileName>();
  const all: Damage[] = [];
  for await (const listed of listPackages(world.store, world.channel, subdir)) {
    const damage = await verifyPackage(listed, world);
    stored.add(listed.filename);
    if (damage.length > 0) damaged.add(listed.filename);
    all.push(...damage);
    world.log({ type: 'verify.object', key: listed.key, size: listed.size, sound: damage.length === 0 });
  }
  return { stored, damaged, damage: all };
}

/** Verifying changes nothing, not even by adopting a package that has no provenance yet. */
function readOnly(store: Store): Store {
  const refuse = async () => ({ status: 'conflict' as const });
  return {
    get: (key) => store.get(key),
    list: (prefix) => store.list(prefix),
    put: refuse,
    delete: async () => {},
    stage: () => store.stage(),
  };
}

async function servedRecords(subdir: Subdir, { store, channel }: VerifyWorld) {
  try {
    return { records: await readIndex(store, channel, subdir), damage: [] };
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const damage: Damage = {
      code: 'verify.index-form',
      key: indexKey(channel, subdir, 'repodata.json'),
      detail: error.message,
    };
    return { records: new Map(), damage: [damage] };
  }
}
