/** Where the sources of a recipe came from, as `channeldata.json` has it (CEP 38). */
export interface RecipeSource {
  readonly source_url?: string | string[];
  readonly source_git_url?: string;
}

const top = /^source:\s*$/;
const entry = /^( +)(url|git_url):(?:[ \t]+(\S.*?))?[ \t]*$/;
const item = /^ *- +(\S.*?)[ \t]*$/;
/** A YAML scalar that needs no YAML reader: plain text that YAML takes for nothing else, or a quoted one without escapes. */
const scalar = /^(?:([A-Za-z][^\s#'"{}[\]&*!|>%@`,]*)|'([^'\n]*)'|"([^"\\\n]*)")$/;

/**
 * The URLs of a recipe's `source`, as conda-build renders it: one block map. It is no YAML reader, for this is all
 * that is wanted: several sources (a list), which conda-index leaves out too, a template and anything unusual give
 * nothing.
 */
export function recipeSource(recipe: string): RecipeSource {
  const lines = recipe.split(/\r?\n/);
  const start = lines.findIndex((line) => top.test(line));
  // Up to the next key.
  const block = start === -1 ? [] : linesUntil(lines.slice(start + 1), (line) => /^[^\s#-]/.test(line));
  const indent = /^ +(?=[^\s#-])/.exec(block.find((line) => /^\s*[^\s#]/.test(line)) ?? '')?.[0];
  const found = block.flatMap((line, at) => {
    const [, before, key, text] = entry.exec(line) ?? [];
    if (key === undefined || before !== indent) return [];
    const value = text === undefined ? listOf(block.slice(at + 1)) : scalarOf(text);
    return value === null ? [] : [[`source_${key}`, value] as const];
  });
  return Object.fromEntries(found);
}

function linesUntil(lines: readonly string[], isEnd: (line: string) => boolean): readonly string[] {
  const at = lines.findIndex(isEnd);
  return at === -1 ? lines : lines.slice(0, at);
}

function listOf(lines: readonly string[]): string[] | null {
  const texts = linesUntil(lines, (line) => !item.test(line)).map((line) => scalarOf(item.exec(line)?.[1] ?? ''));
  const values = texts.filter((text) => text !== null);
  return values.length > 0 && values.length === texts.length ? values : null;
}

function scalarOf(text: string): string | null {
  const [, plain, single, double] = scalar.exec(text) ?? [];
  const value = plain ?? single ?? double;
  return value === undefined || value === '' || /:$/.test(plain ?? '') ? null : value;
}
