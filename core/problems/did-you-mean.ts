/** In UTF-16 units. No name is longer, and the work of measuring grows with the product of both lengths. */
const maxWordUnits = 64;

/** The candidate a misspelt word was most likely meant to be, or null when none is near (one slip in three letters). */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  if (word.length > maxWordUnits) return null;
  let best: string | null = null;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    // So many letters at least are added or lost: a channel has tens of thousands of names, and most are passed over here.
    if (candidate.length > maxWordUnits || Math.abs(candidate.length - word.length) >= fewest) continue;
    const slips = distance(word.toLowerCase(), candidate.toLowerCase());
    if (slips < fewest) [best, fewest] = [candidate, slips];
  }
  return best;
}

/** Damerau-Levenshtein distance (optimal string alignment): letters added, lost, changed, or swapped with the next. */
function distance(a: string, b: string): number {
  let [before, last]: readonly number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : changed;
      row.push(Math.min(changed, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    [before, last] = [last, row];
  }
  return at(last, b.length);
}

const at = (row: readonly number[] | undefined, index: number): number => row?.[index] ?? Number.POSITIVE_INFINITY;
