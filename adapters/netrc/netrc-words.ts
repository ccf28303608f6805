import { GatehouseError } from '../../core/problems/error.ts';

/** The words of a netrc in order. Each throws what `fault` makes. */
export interface NetrcWords {
  /** The next word, or null at the end. */
  next(): string | null;
  /** The word that must be there. */
  value(): string;
  /** Goes on behind the next empty line. */
  skipMacro(): void;
  /** An error that names the line of the last word, and shows nothing of it. */
  fault(what: string): GatehouseError;
}

const hint =
  'A line is `machine HOST login NAME password PASSWORD`; what has a blank, a " or a # in it goes into double quotes.';

/** A word that is quoted whole, and its inside; or one without. */
const wordPattern = /^(?:"((?:[^"\\]|\\.)*)"(?!\S)|[^\s"]\S*)/;

/** @param where names the file in errors */
export function netrcWords(text: string, where: string): NetrcWords {
  const lines = text.split(/\r?\n/);
  let [at, rest, line] = [0, lines[0] ?? '', 1];
  const toNextLine = (): boolean => {
    rest = lines[++at] ?? '';
    return at < lines.length;
  };
  const isBlank = () => /^\s*(?:#|$)/.test(rest);
  const fault = (what: string) => new GatehouseError('usage.invalid', `${where}, line ${line}: ${what}`, { hint });
  const next = (): string | null => {
    while (isBlank()) if (!toNextLine()) return null;
    line = at + 1;
    rest = rest.trimStart();
    const [spelled, quoted] = wordPattern.exec(rest) ?? [];
    if (spelled === undefined) throw fault('a double quote that does not end, or not where its word does');
    rest = rest.slice(spelled.length);
    return quoted === undefined ? spelled : quoted.replace(/\\(.)/g, (_, character: string) => unescaped(character));
  };
  return {
    next,
    fault,
    value() {
      if (/^\s*#/.test(rest)) throw fault('a value that begins with # and is not in double quotes');
      const word = next();
      if (word === null) throw fault('a word whose value is missing');
      return word;
    },
    skipMacro() {
      while (toNextLine() && rest.trim() !== '');
    },
  };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const unescaped = (character: string): string => escapes[character] ?? character;
