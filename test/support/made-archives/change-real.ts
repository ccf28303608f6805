import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { decodeBzip2 } from '../../../core/archive/bzip2/decode-bzip2.ts';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { bytesSource, chunksOf } from '../../../core/ports/byte-source.ts';
import { bzip2 } from '../archives/build-bzip2.ts';
import { endBlocks } from '../archives/build-tar.ts';
import { joined } from '../packages/refusal.ts';
import { changeTar } from './change-tar.ts';
import type { Dice } from './dice.ts';
import type { ArchiveKind } from './make-file.ts';
import { makeZip, type ZipInput } from './make-zip.ts';
import { makeZstd } from './make-zstd.ts';

const ignore = (): void => {};

/** Changes one real file: a field, a record or a trick in one of its layers, all of which are packed anew. */
export async function changeReal(dice: Dice, kind: ArchiveKind, bytes: Uint8Array): Promise<Uint8Array> {
  switch (kind) {
    case 'tar.bz2':
    case 'sdist.tar.bz2':
      return bzip2(changedTar(dice, await joined(decodeBzip2(chunksOf(bytesSource(bytes)), ignore, ignore))));
    case 'sdist.tar.gz':
      return gzipSync(changedTar(dice, gunzipSync(bytes)));
    case 'conda':
      return changedConda(dice, bytes);
    default:
      return makeZip(dice, await zipInputs(bytes), { changes: 1, isStored: false }).bytes;
  }
}

const zipInputs = async (bytes: Uint8Array): Promise<ZipInput[]> =>
  Promise.all(
    (await openZip(bytesSource(bytes), ignore)).map(async ({ name, open }) => ({ name, data: await joined(open()) })),
  );

async function changedConda(dice: Dice, bytes: Uint8Array): Promise<Uint8Array> {
  const layer = dice.pick(['tar', 'tar', 'frame', 'zip']);
  const inputs = (await zipInputs(bytes)).map(({ name, data }) => {
    if (!name.startsWith('pkg-') || layer === 'zip') return { name, data };
    const tar = zstdDecompressSync(data);
    const changed = layer === 'tar' ? changedTar(dice, tar) : tar;
    return { name, data: makeZstd(dice, changed, layer === 'frame' ? 1 : 0).bytes };
  });
  return makeZip(dice, inputs, { changes: layer === 'zip' ? 1 : 0, isStored: true }).bytes;
}

function changedTar(dice: Dice, tar: Uint8Array): Uint8Array {
  const pieces = piecesOf(Buffer.from(tar));
  changeTar(dice, pieces);
  return Buffer.concat([...pieces, endBlocks]);
}

/** A sound tar's headers, each with its data. */
function piecesOf(tar: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0;
    const end = at + 512 + Math.ceil(size / 512) * 512;
    pieces.push(tar.subarray(at, end));
    at = end;
  }
  return pieces;
}
