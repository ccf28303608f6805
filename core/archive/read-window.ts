import type { ByteSource } from '../byte-source.ts';

/** With one read ahead 64 KiB; it holds the directory of every real `.conda`, and for nine in ten the info tarball. */
const tailSize = 60 * 1024;
/** 4 KiB: the first two local headers of a `.conda` and its `metadata.json` in one read. */
const aheadSize = 4 * 1024;
const aheadKept = 4;

/**
 * A source for reading here and there: its tail is read once and kept; small reads fetch 4 KiB, and the last four such
 * are kept. Asking for more than that reads exactly what was asked for and keeps nothing.
 */
export async function readWindow(source: ByteSource): Promise<ByteSource> {
  const fetch = async (start: number, end: number) => ({ start, bytes: await source.read(start, end) });
  const tail = await fetch(Math.max(0, source.size - tailSize), source.size);
  let ahead = [tail].slice(1);
  return {
    size: source.size,
    async read(start, end) {
      const kept = [tail, ...ahead].find((held) => start >= held.start && end <= held.start + held.bytes.length);
      if (kept) return kept.bytes.subarray(start - kept.start, end - kept.start);
      if (end - start > aheadSize) return source.read(start, end);
      const next = await fetch(start, Math.min(start + aheadSize, source.size));
      ahead = [next, ...ahead].slice(0, aheadKept);
      return next.bytes.subarray(0, end - start);
    },
  };
}
