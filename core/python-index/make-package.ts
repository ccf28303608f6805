import { type Finding, refuse } from '../archive/finding.ts';
import type { Made } from '../documents/plan.ts';
import { startDigests } from '../names/digest.ts';
import { packageNameSchema } from '../names/package-name.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { parseSdistFileName, type SdistFileName } from '../names/sdist-file-name.ts';
import { parseWheelFileName, type WheelFileName } from '../names/wheel-file-name.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { GatehouseError } from '../problems/error.ts';
import { readSdist } from '../sdist/read-sdist.ts';
import { unpackSdist } from '../sdist/unpack-sdist.ts';
import { type DownloadWorld, download, type Received } from '../upstream/download.ts';
import { convertWheel } from '../wheel/convert-wheel.ts';
import { asksOf } from '../wheel/core-metadata.ts';
import { readWheel } from '../wheel/read-wheel.ts';

export interface MakeWorld extends DownloadWorld {
  /** Bytes that may be staged at once: source, wheel and package; any number without it. */
  readonly scratch?: number;
}

/** A package that was made and staged, with what was met on the way. */
export interface MadePackage extends Received {
  readonly findings: readonly Finding[];
}

/**
 * Downloads a file of a package index, which must have the sha256 that the plan has of it, and makes its package: a wheel
 * is converted, a source distribution first read into a wheel. Each is staged, so memory is bounded whatever their sizes.
 * The same plan gives the same bytes, for one version of zstd.
 *
 * @param progress told how many bytes of the file have come so far
 * @throws GatehouseError `upstream.*`, `fetch.*`; `package.refused` with the code of the reader; `store.too-large`
 */
export async function makePackage(
  made: Made,
  world: MakeWorld,
  progress: (received: number) => void,
): Promise<MadePackage> {
  const { url, index, sha256, size } = made;
  await using file = await download({ url, channel: index, sha256, size, md5: null }, world, progress);
  await using wheel = made.from === 'wheel' ? await wheelIn(file, made) : await wheelOf(file, made, world);
  const { name, build, depends } = made;
  const read = await readWheel(wheel.source, wheel.name);
  if (made.asks !== undefined && asksOf(read.metadata) !== made.asks) {
    refuse('wheel.metadata', `the METADATA of ${made.fileName} asks for something else than its index said`);
  }
  const timestamp = made.timestamp || read.modified;
  const converted = await convertWheel(read, { name: packageNameSchema.parse(name), build, depends, timestamp });
  const staged = wheel.bytes + file.digests.size;
  const received = await stageAll(converted.open(), world, staged);
  return { ...received, findings: [...wheel.findings, ...converted.findings] };
}

interface StagedWheel extends AsyncDisposable {
  readonly source: ByteSource;
  readonly name: WheelFileName;
  readonly findings: readonly Finding[];
  /** Staged beside the file that was downloaded. */
  readonly bytes: number;
}

async function wheelIn({ staged }: Received, { fileName }: Made): Promise<StagedWheel> {
  const nothing = { findings: [], bytes: 0, [Symbol.asyncDispose]: async () => {} };
  return { source: await staged.source(), name: wheelName(fileName), ...nothing };
}

async function wheelOf({ staged, digests }: Received, made: Made, world: MakeWorld): Promise<StagedWheel> {
  const sdist = await readSdist(await staged.source(), sdistName(made));
  const { modified, findings } = sdist;
  const unpacked = await unpackSdist(sdist, made.timestamp || modified);
  await using held = new AsyncDisposableStack();
  const wheel = held.use(await stageAll(unpacked.open(), world, digests.size));
  const source = await wheel.staged.source();
  const kept = held.move();
  const name = wheelName(unpacked.fileName);
  const bytes = wheel.digests.size;
  return { source, name, findings, bytes, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function wheelName(fileName: string): WheelFileName {
  const parsed = parseWheelFileName(fileName);
  return parsed.ok ? parsed.wheel : refuse('wheel.file-name', `${fileName} ${parsed.message}`);
}

/** Where the project's name ends is told by its version; what the sdist says of itself is held against both. */
function sdistName({ fileName, version }: Made): SdistFileName & { readonly project: ProjectName } {
  for (let dash = fileName.indexOf('-'); dash !== -1; dash = fileName.indexOf('-', dash + 1)) {
    const project = parseProjectName(fileName.slice(0, dash));
    const parsed = project && parseSdistFileName(fileName, project);
    if (project && parsed?.version.text === version) return { ...parsed, project };
  }
  return refuse('sdist.file-name', `${fileName} is not the name of a source distribution of version ${version}`);
}

/** @param held bytes that are staged already */
async function stageAll(
  bytes: AsyncIterable<Uint8Array>,
  { store, scratch = Number.POSITIVE_INFINITY }: MakeWorld,
  held: number,
): Promise<Received> {
  await using stack = new AsyncDisposableStack();
  const staged = stack.use(await store.stage());
  const hashing = startDigests();
  let size = held;
  for await (const slice of bytes) {
    size += slice.length;
    if (size > scratch) {
      const hint = 'give this machine or function more scratch space';
      throw new GatehouseError('store.too-large', `what it is made of and it do not fit into ${scratch} bytes`, {
        hint,
      });
    }
    hashing.update(slice);
    await staged.write(slice);
  }
  const kept = stack.move();
  return { staged, digests: hashing.finish(), [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
