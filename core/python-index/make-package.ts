import { type Finding, refuse } from '../archive/finding.ts';
import type { Artifact, Made } from '../documents/plan.ts';
import { canonicalJson } from '../json/json.ts';
import { packageFileParts } from '../names/package-file-name.ts';
import { packageNameSchema } from '../names/package-name.ts';
import type { Packing } from '../package/pack-package.ts';
import type { Bzip2 } from '../ports/bzip2.ts';
import { GatehouseError } from '../problems/error.ts';
import type { Received } from '../upstream/download.ts';
import { convertWheel } from '../wheel/convert-wheel.ts';
import { asksOf } from '../wheel/core-metadata.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import { stageBytes } from './stage-bytes.ts';
import { stageWheel, type WheelWorld } from './stage-wheel.ts';
import { storedWheel } from './stored-wheel.ts';

/** A package that was made and staged, with what was met on the way. */
export interface MadePackage extends Received {
  readonly findings: readonly Finding[];
}

export interface MakingWorld extends WheelWorld {
  /** A world without it makes no `.tar.bz2`. */
  readonly bzip2?: Bzip2;
}

/**
 * Makes a conda package of a file of a package index, which must have the sha256 that the plan has of it: of the wheel
 * that the store has of it for pip, else of the file itself, downloaded; a source distribution is first read into a wheel.
 * Each is staged, so memory is bounded whatever their sizes. The same plan gives the same bytes, for one version of zstd
 * or of compressjs.
 *
 * @param progress told how many bytes of the file have come so far
 * @throws GatehouseError `fetch.bzip2` before anything is read; `upstream.*`, `fetch.*`; `package.refused` with the code
 *   of the reader; `store.too-large`
 */
export async function makePackage(
  { filename, made }: Pick<Artifact, 'filename'> & { readonly made: Made },
  world: MakingWorld,
  progress: (received: number) => void,
): Promise<MadePackage> {
  const packing = packingOf(filename, world);
  await using wheel = (await storedWheel(made, world)) ?? (await stageWheel(made, world, progress));
  const { name, build, depends } = made;
  const read = await readWheel(await wheel.staged.source(), wheel.name);
  if (made.asks !== undefined && asksOf(read.metadata) !== made.asks) {
    refuse('wheel.metadata', `the METADATA of ${made.fileName} asks for something else than its index said`);
  }
  const timestamp = made.timestamp || read.modified;
  const converted = await convertWheel(
    read,
    { name: packageNameSchema.parse(name), build, depends, timestamp },
    packing,
  );
  const received = await stageBytes(converted.open(), world, wheel.digests.size);
  return { ...received, findings: eachOnce([...wheel.findings, ...converted.findings]) };
}

/** @throws GatehouseError `fetch.bzip2` where no `.tar.bz2` can be made */
export function packingOf(filename: Artifact['filename'], { bzip2 }: Pick<MakingWorld, 'bzip2'>): Packing {
  const { format } = packageFileParts(filename);
  if (format === '.conda') return { format };
  if (bzip2 !== undefined) return { format, bzip2 };
  throw new GatehouseError('fetch.bzip2', 'a .tar.bz2 cannot be made here, for want of a bzip2 thread', {
    hint: 'deploy the stack with `-c bz2=on`, or take "packageFormat" out of the allowlist',
  });
}

/** A wheel that was read before, when it came in for pip, brings what was found then. */
const eachOnce = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [canonicalJson(finding), finding])).values(),
];
