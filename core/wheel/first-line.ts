/** More than any first line that names a Python. */
const maxHeadBytes = 1024;

/**
 * The bytes with what `pattern` finds at their start replaced, as scripts' first lines are when they are installed; the
 * same bytes where it finds nothing.
 *
 * @param pattern starts with `^`; one byte is one character to it, and it sees the first 1,024 of them
 */
export async function* replaceStart(
  chunks: AsyncIterable<Uint8Array>,
  pattern: RegExp,
  replacement: string,
): AsyncGenerator<Uint8Array> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of chunks) {
    if (length >= maxHeadBytes) {
      yield bytes;
      continue;
    }
    kept.push(bytes);
    length += bytes.length;
    if (length >= maxHeadBytes) yield* replaced(Buffer.concat(kept), pattern, replacement);
  }
  if (length < maxHeadBytes) yield* replaced(Buffer.concat(kept), pattern, replacement);
}

function replaced(bytes: Buffer, pattern: RegExp, replacement: string): Uint8Array[] {
  const [found] = pattern.exec(bytes.toString('latin1', 0, maxHeadBytes)) ?? [];
  return found === undefined ? [bytes] : [Buffer.from(replacement), bytes.subarray(found.length)];
}
