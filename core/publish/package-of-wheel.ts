import { type Provenance, wheelOf } from '../documents/provenance.ts';
import { packageNameSchema } from '../names/package-name.ts';
import { noarch } from '../names/subdir.ts';
import type { Store } from '../ports/store.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Problem } from '../problems/problem.ts';
import { packingOf } from '../python-index/make-package.ts';
import { stageBytes } from '../python-index/stage-bytes.ts';
import { stagingStore } from '../store/staging-store.ts';
import { convertWheel } from '../wheel/convert-wheel.ts';
import type { PackagePublication, PublishWorld, WheelPublication } from './publication.ts';
import { placeOf } from './publication-place.ts';
import { takeCopy } from './take-copy.ts';
import { usedFor, usedNameProblem } from './used-name.ts';

export interface MakeWorld extends PublishWorld {
  /** The part of the store that is published to. */
  readonly target: Store;
}

/** A conda package that is to be made of a wheel. */
export interface ToMake extends Pick<Provenance, 'filename' | 'record'> {
  readonly build: string;
  readonly depends: readonly string[];
  /** Milliseconds since the epoch; 0 for the newest time in the wheel. */
  readonly timestamp: number;
}

/**
 * Makes a conda package of a wheel that is published. The same wheel, build and `depends` give the same bytes for one
 * version of zstd or of compressjs; where others were made of the wheel in staging, or in the channel, those are taken.
 *
 * @param held takes what is staged, which lasts as long
 * @returns `publish.pip-only` for a wheel that cannot be one, `publish.used-name` where others have the name
 * @throws GatehouseError `fetch.bzip2`, `store.*`
 */
export async function packageOfWheel(
  wheel: WheelPublication,
  toMake: ToMake,
  world: MakeWorld,
  held: AsyncDisposableStack,
): Promise<PackagePublication | Problem> {
  try {
    const made = await make(wheel, toMake, world, held);
    const used = await usedFor(made, world.store);
    if (used === null || used === made.digests.sha256) return made;
    return (await takeOther(made, world, held)) ?? usedNameProblem(made, used);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'package.refused') throw error;
    return { code: 'publish.pip-only', subject: wheel.provenance.fileName, detail: error.message };
  }
}

async function make(
  { wheel, digests: ofWheel }: WheelPublication,
  { filename, record, build, depends, timestamp }: ToMake,
  world: PublishWorld,
  held: AsyncDisposableStack,
): Promise<PackagePublication> {
  const name = packageNameSchema.parse(record.name);
  const how = { name, build, depends, timestamp: timestamp || wheel.modified };
  const converted = await convertWheel(wheel, how, packingOf(filename, world));
  const { staged, digests } = held.use(await stageBytes(converted.open(), world, ofWheel.size));
  const of = { fileName: wheel.fileName.fileName, sha256: ofWheel.sha256 };
  const origin = { type: 'published', by: world.by, wheel: of } as const;
  const entered = { version: 1, channel: 'conda', subdir: noarch, filename, ...digests, origin, record } as const;
  const provenance = { ...entered, findings: [...converted.findings], firstSeen: world.clock.now() };
  return { kind: 'package', staged, digests, provenance };
}

/** What was made of the same wheel in the other part of the store. */
async function takeOther(
  made: PackagePublication,
  world: MakeWorld,
  held: AsyncDisposableStack,
): Promise<PackagePublication | null> {
  const part = world.to === 'channel' ? stagingStore(world.store) : world.store;
  const { key, fileName } = placeOf(made);
  const copy = await takeCopy({ key, fileName, part }, world, held);
  if (copy === null || 'code' in copy || copy.kind !== 'package') return null;
  return wheelOf(copy.provenance)?.sha256 === wheelOf(made.provenance)?.sha256 ? copy : null;
}
