import { type Finding, refuse } from '../archive/finding.ts';
import type { Sha256 } from '../names/digest.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { parseSdistFileName, type SdistFileName } from '../names/sdist-file-name.ts';
import { parseWheelFileName, type WheelFileName } from '../names/wheel-file-name.ts';
import { readSdist } from '../sdist/read-sdist.ts';
import { unpackSdist } from '../sdist/unpack-sdist.ts';
import { type DownloadWorld, download, type Received } from '../upstream/download.ts';
import { type StageWorld, stageBytes } from './stage-bytes.ts';

/** A file of an index that is a wheel, or of which one is read. */
export interface WheelSource {
  readonly from: 'wheel' | 'sdist';
  /** The index's URL, as the allowlist spells it. */
  readonly index: string;
  /** Its name, where its bytes are, and what they must be. */
  readonly fileName: string;
  readonly url: string;
  readonly sha256: Sha256;
  /** Bytes; null when the index does not say. */
  readonly size: number | null;
  /** The release's version: what an sdist is called tells the project's name only by it. */
  readonly version: string;
  /** When the index got the file, in milliseconds since the epoch; 0 for the newest time in the file itself. */
  readonly timestamp: number;
  /** The Python tags of the wheel that is read of an sdist; for any Python 3 without them. */
  readonly pythons?: readonly string[];
}

export type WheelWorld = DownloadWorld & StageWorld;

/** A wheel that is staged; disposing of it leaves nothing behind. */
export interface StagedWheel extends Received {
  readonly name: WheelFileName;
  /** What reading the sdist left out, or found odd. */
  readonly findings: readonly Finding[];
}

/**
 * Downloads a file of an index, which must have the sha256 that the plan has of it, and stages the wheel that it is or
 * that is read of it. Memory is bounded whatever their sizes; the same source gives the same bytes.
 *
 * @param progress told how many bytes of the file have come so far
 * @throws GatehouseError `upstream.*`, `fetch.*`; `package.refused` with the code of the sdist's reader; `store.too-large`
 */
export async function stageWheel(
  source: WheelSource,
  world: WheelWorld,
  progress: (received: number) => void,
): Promise<StagedWheel> {
  const { from, url, index, sha256, size } = source;
  const wanted = { url, channel: index, sha256, size, md5: null };
  if (from === 'wheel') {
    const name = wheelNameOf(source.fileName);
    return { ...(await download(wanted, world, progress)), name, findings: [] };
  }
  const named = sdistNameOf(source);
  await using file = await download(wanted, world, progress);
  const sdist = await readSdist(await file.staged.source(), named);
  const unpacked = await unpackSdist(sdist, source.timestamp || sdist.modified, source.pythons);
  const wheel = await stageBytes(unpacked.open(), world, file.digests.size);
  return { ...wheel, name: wheelNameOf(unpacked.fileName), findings: sdist.findings };
}

/** @throws GatehouseError `package.refused` with `wheel.file-name` */
export function wheelNameOf(fileName: string): WheelFileName {
  const parsed = parseWheelFileName(fileName);
  return parsed.ok ? parsed.wheel : refuse('wheel.file-name', `${fileName} ${parsed.message}`);
}

/**
 * Where the project's name ends is told by its version; what the sdist says of itself is held against both.
 *
 * @throws GatehouseError `package.refused` with `sdist.file-name`
 */
export function sdistNameOf({
  fileName,
  version,
}: Pick<WheelSource, 'fileName' | 'version'>): SdistFileName & { readonly project: ProjectName } {
  for (let dash = fileName.indexOf('-'); dash !== -1; dash = fileName.indexOf('-', dash + 1)) {
    const project = parseProjectName(fileName.slice(0, dash));
    const parsed = project && parseSdistFileName(fileName, project);
    if (project && parsed?.version.text === version) return { ...parsed, project };
  }
  return refuse('sdist.file-name', `${fileName} is not the name of a source distribution of version ${version}`);
}
