import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressIndex } from '../../../core/index/compress-index.ts';
import { entriesSource } from '../../../core/index/state-source.ts';
import { indexKey } from '../../../core/layout/keys.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { repodata } from '../../../core/outputs/repodata.ts';
import { collected, verifyOutputs } from '../../../core/verify/verify-outputs.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const line = {
  filename: packageFileNameSchema.parse('a-1-0.conda'),
  etag: 'x',
  size: 1,
  kind: 'listed' as const,
  record: Buffer.from(`{"name":"${'of some length '.repeat(100)}"}`),
  runExports: Buffer.from('{}'),
  facts: Buffer.from('{}'),
};
const source = entriesSource(noarch, [line]);
const expected = await collected(repodata(source));
const frame = await compressed(expected);
const jsonKey = indexKey('conda', noarch, 'repodata.json');
const zstKey = indexKey('conda', noarch, 'repodata.json.zst');

async function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  using compressor = compressIndex(bytes.length, async (part) => void parts.push(part));
  await compressor.write(bytes);
  await compressor.finish();
  return Buffer.concat(parts);
}

async function codes(json: Uint8Array, zst: Uint8Array): Promise<string[]> {
  const store = memoryStore();
  await store.put(jsonKey, json);
  await store.put(zstKey, zst);
  return (await verifyOutputs(source, { store, channel: 'conda', whole: false })).problems.map(({ code }) => code);
}

const some = fc.uint8Array({ minLength: 1, maxLength: 40 });
const joined = (...parts: readonly Uint8Array[]) => Buffer.concat(parts);

describe('both forms of an index', () => {
  it('are sound as they were written, and however the frame was compressed', async () => {
    expect(await codes(expected, frame)).toEqual([]);
    expect(await codes(expected, zstdCompressSync(expected))).toEqual([]);
  });

  it('have nothing behind them', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (more) => {
        expect(await codes(joined(expected, more), joined(frame, more))).toEqual(['verify.index-form', 'verify.zst']);
        const frames = joined(frame, zstdCompressSync(more));
        expect(await codes(expected, frames)).toEqual(['verify.zst']);
        expect(await codes(expected, zstdCompressSync(joined(expected, more)))).toEqual(['verify.zst']);
      }),
    );
  });

  it('have nothing after an empty frame or one of nothing', async () => {
    const empty = zstdCompressSync('');
    expect(await codes(expected, joined(frame, empty))).toEqual(['verify.zst']);
    expect(await codes(expected, joined(empty, frame))).toEqual(['verify.zst']);
  });

  it('are whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(expected.length - 1), fc.nat(frame.length - 1), async (a, b) => {
        const cut = await codes(expected.subarray(0, a), frame.subarray(0, b));
        expect(cut).toEqual(['verify.index-form', 'verify.zst']);
        expect(await codes(expected, zstdCompressSync(expected.subarray(0, a)))).toEqual(['verify.zst']);
      }),
    );
  });
});
