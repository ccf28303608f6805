/** The minor versions of Python 3 among versions of python, rising, each once: `3.9` and `3.12` of `3.12.1`, `2.7` and `3.9.0`. */
export function pythonMinors(versions: readonly string[]): string[] {
  const minors = versions.flatMap((version) => /^3\.(\d{1,2})(?:\.|$)/.exec(version)?.slice(1).map(Number) ?? []);
  return [...new Set(minors)].sort((a, b) => a - b).map((minor) => `3.${minor}`);
}
