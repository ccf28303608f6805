/** How far the writing out of a text's runs has come: behind four equal bytes stands how often more they come. */
export interface RunWriter {
  readonly text: Uint8Array;
  /** The next byte of `text`. */
  at: number;
  /** The byte written last; -1 before the first. */
  byte: number;
  /** How many of it were written in a row, 0 behind a count; at 4 a count comes next. */
  run: number;
  /** How often more it is still to be written. */
  repeats: number;
}

export const runWriter = (text: Uint8Array): RunWriter => ({ text, at: 0, byte: -1, run: 0, repeats: 0 });

/** Writes to `output` until it is full or the text ends, and gives back how many bytes. */
export function writeRuns(writer: RunWriter, output: Uint8Array): number {
  const { text } = writer;
  let used = 0;
  while (used < output.length) {
    if (writer.repeats > 0) used = writeRepeats(writer, output, used);
    else if (writer.at === text.length) break;
    else if (writer.run === 4) {
      writer.repeats = text[writer.at++] ?? 0;
      writer.run = 0;
    } else used = copyToRun(writer, output, used);
  }
  return used;
}

function writeRepeats(writer: RunWriter, output: Uint8Array, from: number): number {
  const end = Math.min(from + writer.repeats, output.length);
  output.fill(writer.byte, from, end);
  writer.repeats -= end - from;
  return end;
}

/** Copies up to the fourth equal byte in a row. */
function copyToRun(writer: RunWriter, output: Uint8Array, from: number): number {
  const { text } = writer;
  const end = Math.min(text.length, writer.at + output.length - from);
  const offset = from - writer.at;
  let { at, byte, run } = writer;
  while (at < end && run < 4) {
    const next = text[at] ?? 0;
    run = next === byte ? run + 1 : 1;
    byte = next;
    output[offset + at++] = next;
  }
  writer.at = at;
  writer.byte = byte;
  writer.run = run;
  return offset + at;
}
