import { soundFileProvenance, sourceSha256 } from '../documents/simple/file-provenance.ts';
import { simpleFileKey } from '../layout/keys.ts';
import type { WheelFileName } from '../names/wheel-file-name.ts';
import { chunksOf } from '../ports/byte-source.ts';
import { wheelStemOf } from '../sdist/read-sdist.ts';
import { unpackedFileName } from '../sdist/unpack-sdist.ts';
import { stageBytes } from './stage-bytes.ts';
import { type StagedWheel, sdistNameOf, type WheelSource, type WheelWorld, wheelNameOf } from './stage-wheel.ts';

/**
 * The wheel that a file of an index is, or that was read of it, as the store has it for pip: what conda gets is then made
 * of the very bytes that pip gets, and nothing is downloaded twice. Its bytes are hashed anew, whatever the store says of
 * them. Null when the store has none, or other bytes; and of a wheel that was read of an sdist for some pythons alone, whose
 * tags lie in it too: the same plan would give other bytes with it than without.
 */
export async function storedWheel(source: WheelSource, world: WheelWorld): Promise<StagedWheel | null> {
  const name = storedName(source);
  const object = await world.store.get(simpleFileKey(name.project, name.fileName));
  if (object === null) return null;
  await using held = new AsyncDisposableStack();
  const staged = held.use(await stageBytes(chunksOf(object), world));
  const entered = await soundFileProvenance(world.store, name, staged.digests.sha256);
  if (entered === null || sourceSha256(entered) !== source.sha256) return null;
  const kept = held.move();
  return { ...staged, name, findings: entered.findings, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function storedName(source: WheelSource): WheelFileName {
  if (source.from === 'wheel') return wheelNameOf(source.fileName);
  const { project, version } = sdistNameOf(source);
  return wheelNameOf(unpackedFileName(wheelStemOf(project, version)));
}
