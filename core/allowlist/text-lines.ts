export interface TextLines {
  /** The line that holds an offset (UTF-16 units), from 1. */
  lineOf(offset: number): number;
  /** Where a line starts; the text's length for the line after the last. */
  startOf(line: number): number;
}

/** Finds lines of a text, ended by `\n`, `\r\n` or `\r` as editors count them. */
export function linesOf(text: string): TextLines {
  const starts = [0, ...text.matchAll(/\r\n|\n|\r/g).map((ending) => ending.index + ending[0].length)];
  const startOf = (line: number): number => starts[line - 1] ?? text.length;
  return {
    startOf,
    lineOf(offset) {
      let [low, high] = [1, starts.length];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (startOf(middle) <= offset) low = middle;
        else high = middle - 1;
      }
      return low;
    },
  };
}
