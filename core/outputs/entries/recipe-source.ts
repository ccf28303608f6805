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
  const block = sourceBlock(recipe.split(/\r?\n/));
  const indent = /^ +(?=[^\s#-])/.exec(block.find((line) => /^\s*[^\s#]/.test(line)) ?? '')?.[0];
  const found = block.flatMap((line, at) => {
    const [, before, key, text] = entry.exec(line) ?? [];
    if (key === undefined || before !== indent) return [];
    const value = text === undefined ? listOf(block.slice(at + 1)) : scalarOf(text);
    return value === null ? [] : [[`source_${key}`, value] as const];
  });
  return Object.fromEntries(found);
}

/** The lines below `source:`, up to the next key. */
function sourceBlock(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => top.test(line));
  if (start === -1) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^[^\s#-]/.test(line));
  return end === -1 ? rest : rest.slice(0, end);
}

function listOf(lines: readonly string[]): string[] | null {
  const end = lines.findIndex((line) => !item.test(line));
  const texts = (end === -1 ? lines : lines.slice(0, end)).map((line) => scalarOf(item.exec(line)?.[1] ?? ''));
  const values = texts.filter((text) => text !== null);
  return values.length > 0 && values.length === texts.length ? values : null;
}

function scalarOf(text: string): string | null {
  const [, plain, single, double] = scalar.exec(text) ?? [];
  const value = plain ?? single ?? double;
  return value === undefined || value === '' || /:$/.test(plain ?? '') ? null : value;
}
