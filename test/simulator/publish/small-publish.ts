import { takeName, usedBy } from '../../../core/documents/published/used-name.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { type ObjectKey, objectKeySchema, usedFileNameKey } from '../../../core/layout/keys.ts';
import type { Side } from '../../../core/layout/sides.ts';
import { simplePlace } from '../../../core/layout/simple-place.ts';
import { startDigests } from '../../../core/names/digest.ts';
import type { Store } from '../../../core/ports/store.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { putOnce } from '../../../core/store/put-once.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { heedless, namesApart, planWhole, trusting, writePage } from './flawed-parts.ts';
import type { ActingWorld, Published, PublishSystem } from './publish-system.ts';
import { at } from './publish-watch.ts';
import { realPublish } from './real-publish.ts';
import { releases, type SimulatedFile } from './simulated-release.ts';

/** What may be wrong with a design of publishing. */
export interface PublishFlaws {
  /** Bytes are written, and then their name is taken. */
  readonly bytesBeforeName?: boolean;
  /** What lies beside a wheel is written before its name is taken. */
  readonly metadataBeforeName?: boolean;
  /** Metadata is written behind the wheel, and pages are made as if it never were. */
  readonly metadataAfterBytes?: boolean;
  /** What is known of a file is written behind it. */
  readonly provenanceAfterBytes?: boolean;
  /** Who publishes lists a file, and then writes it. */
  readonly pageBeforeBytes?: boolean;
  /** A name is taken whoever has it. */
  readonly nameOverwritten?: boolean;
  /** Staging takes names of its own. */
  readonly namesApart?: boolean;
  /** A name that is taken for these bytes is proof that they are there. */
  readonly nameIsProof?: boolean;
  /** A file that is deleted frees its name. */
  readonly nameFreed?: boolean;
  /** What is promoted is built anew. */
  readonly promoteBuilds?: boolean;
  /** What is promoted leaves staging. */
  readonly promoteMoves?: boolean;
  /** A sync writes what it planned, yanks as they were. */
  readonly planDropsYanks?: boolean;
  /** A yank is written whatever control is by then. */
  readonly yankWithoutCas?: boolean;
}

/** Publishing, small enough to be seen through, with the flaws that are asked for; of all else the real parts. */
export function smallPublish(flaws: PublishFlaws): PublishSystem {
  const publish = (files: readonly SimulatedFile[], to: Side, world: ActingWorld) =>
    publishSmall(files, to, { ...world, flaws });
  return {
    ...realPublish,
    judges: false,
    publish,
    async promote(release, world) {
      const staged = await stagedOf(release.makes.flat(), world.store);
      const files = flaws.promoteBuilds && staged.length > 0 ? release.makes[1] : staged;
      const promoted = await publish(files, 'channel', world);
      const moved = flaws.promoteMoves ? promoted : [];
      for (const key of moved) await world.store.delete(at('staging', objectKeySchema.parse(key)));
      return promoted;
    },
    async remove(key, world) {
      await realPublish.remove(key, world);
      const file = releases.flatMap(({ makes }) => makes[0]).find((one) => key.endsWith(one.key));
      if (flaws.nameFreed && file !== undefined) await world.store.delete(usedKeyOf(file));
    },
    yank: (release, reason, world) =>
      realPublish.yank(release, reason, flaws.yankWithoutCas ? { ...world, store: heedless(world.store) } : world),
    plan: (world) => (flaws.planDropsYanks ? planWhole(world) : realPublish.plan(world)),
    index: (changed, world) =>
      realPublish.index(changed, flaws.metadataAfterBytes ? { ...world, store: trusting(world.store) } : world),
  };
}

interface SmallWorld extends ActingWorld {
  readonly flaws: PublishFlaws;
}

async function publishSmall(files: readonly SimulatedFile[], to: Side, world: SmallWorld): Promise<Published> {
  const { store, flaws } = world;
  const target = to === 'channel' ? store : stagingStore(store);
  await writeEarly(files, target, flaws);
  const names = flaws.namesApart && to === 'staging' ? namesApart(store) : store;
  const claims = new Map<SimulatedFile, Claim>();
  for (const file of files) {
    const claim = await claimed(file, names, flaws);
    if (claim === 'refused') return [];
    claims.set(file, claim);
  }
  for (const [file, claim] of claims) if (claim === 'taken') await writeFile(file, target, flaws);
  return files.map(({ key }) => at(to, key));
}

type Claim = 'taken' | 'proven' | 'refused';

async function claimed(file: SimulatedFile, names: Store, flaws: PublishFlaws): Promise<Claim> {
  if (flaws.nameIsProof && (await usedBy(names, usedKeyOf(file))) === file.sha256) return 'proven';
  return (await isTaken(file, names, flaws)) ? 'taken' : 'refused';
}

/** What some write before the names are taken. */
async function writeEarly(files: readonly SimulatedFile[], store: Store, flaws: PublishFlaws): Promise<void> {
  for (const file of files) {
    if (flaws.metadataBeforeName) await writeBeside(file, store);
    if (flaws.bytesBeforeName) await writeFile(file, store, flaws);
  }
}

/** Whether the name is this file's from now on. */
async function isTaken(file: SimulatedFile, store: Store, { nameOverwritten }: PublishFlaws): Promise<boolean> {
  const used = usedKeyOf(file);
  if (!nameOverwritten) return (await takeName(store, used, file.sha256)) === file.sha256;
  await store.put(used, Buffer.from(canonicalJson({ version: 1, sha256: file.sha256 })));
  return true;
}

async function writeFile(file: SimulatedFile, store: Store, flaws: PublishFlaws): Promise<void> {
  const steps = [
    ...(flaws.provenanceAfterBytes ? [] : [() => writeProvenance(file, store)]),
    ...(flaws.pageBeforeBytes ? [() => writePage(file, store)] : []),
    ...(flaws.metadataAfterBytes ? [] : [() => writeBeside(file, store)]),
    () => writeBytes(file, store),
    () => writeBeside(file, store),
    () => writeProvenance(file, store),
  ];
  for (const step of steps) await step();
}

function usedKeyOf({ key }: SimulatedFile): ObjectKey {
  const place = simplePlace(key);
  if (key.startsWith('simple/') && place.kind === 'file') return usedFileNameKey(place.project, place.fileName);
  return objectKeySchema.parse(`_gatehouse/names/${key}.json`);
}

const writeProvenance = ({ provenance: { key, bytes } }: SimulatedFile, store: Store) => putOnce(store, key, bytes);

async function writeBeside({ beside }: SimulatedFile, store: Store): Promise<void> {
  if (beside !== null) await putOnce(store, beside.key, beside.bytes);
}

async function writeBytes({ key, bytes }: SimulatedFile, store: Store): Promise<void> {
  const hashing = startDigests();
  hashing.update(bytes);
  const { sha256, md5 } = hashing.finish();
  await using staged = await store.stage();
  await staged.write(bytes);
  await staged.publish(key, { sha256, md5 });
  if ((await store.get(key)) === null)
    throw new GatehouseError('store.conflict', `${key} was refused`, { retry: true });
}

/** The files of these that are staged. */
async function stagedOf(files: readonly SimulatedFile[], store: Store): Promise<SimulatedFile[]> {
  const staged: SimulatedFile[] = [];
  for (const file of files) {
    const object = await stagingStore(store).get(file.key);
    if (object?.metadata['sha256'] === file.sha256) staged.push(file);
  }
  return staged;
}
