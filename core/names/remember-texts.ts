/** Dependency texts repeat across records and platforms; a memory is emptied when it holds this many. */
const maxRememberedTexts = 100_000;

/** In UTF-16 units, far beyond any dependency that people write: a longer text is worked out each time, and not kept. */
const maxRememberedUnits = 1000;

/** A pure function of a text that works each text of a usual length out once. */
export function rememberTexts<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = read(text);
    if (text.length > maxRememberedUnits) return value;
    if (known.size >= maxRememberedTexts) known.clear();
    known.set(text, value);
    return value;
  };
}
