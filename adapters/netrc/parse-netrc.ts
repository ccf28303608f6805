import type { GatehouseError } from '../../core/problems/error.ts';
import { type NetrcWords, netrcWords } from './netrc-words.ts';

/** Who asks a host, as netrc says. */
export interface NetrcEntry {
  /** Lowercase, without brackets; null is `default`: any host that no line names. */
  readonly host: string | null;
  readonly login: string;
  readonly password: string;
}

/** The login of a line whose password is the token of a channel at `/t/TOKEN/`. No server has a user of that name. */
export const tokenLogin = '/t/';

/**
 * The entries of a netrc as curl reads it: words between blanks and ends of lines; in double quotes `\n`, `\r`, `\t`, and any
 * other character behind a `\` for itself; a word that begins with `#` begins a comment; a `macdef` goes on to an empty line.
 * Stricter than curl where that would guess: at a word that is none of netrc's, and a value that is missing or begins with `#`.
 *
 * @param where names the file in an error, which shows nothing of what is in it
 * @throws GatehouseError `usage.invalid` naming the line
 */
export function parseNetrc(text: string, where: string): NetrcEntry[] {
  const words = netrcWords(text, where);
  const entries: ReadEntry[] = [];
  for (let word = words.next(); word !== null; word = words.next()) {
    const entry = entries.at(-1);
    if (word === 'machine') entries.push({ ...nobody, host: hostOf(words.value()) });
    else if (word === 'default') entries.push(nobody);
    else if (word === 'macdef') words.skipMacro();
    else if (entry === undefined) throw words.fault('a word before the first `machine`');
    else entries.splice(-1, 1, { ...entry, ...readField(word, words) });
  }
  return entries.map(soundEntry);
}

interface ReadEntry extends NetrcEntry {
  /** What is wrong with its login if it has no password, by the login's line. */
  readonly unlessPassword?: GatehouseError;
}

function soundEntry({ unlessPassword, ...entry }: ReadEntry): NetrcEntry {
  if (unlessPassword !== undefined && entry.login === tokenLogin && entry.password === '') throw unlessPassword;
  return entry;
}

const nobody: NetrcEntry = { host: null, login: '', password: '' };

const hostOf = (word: string): string => word.toLowerCase().replace(/^\[(.*)\]$/, '$1');

/** What a word and its value add to an entry: an account, which HTTP has none of, nothing. */
function readField(word: string, words: NetrcWords): Partial<ReadEntry> {
  if (word === 'login')
    return { login: words.value(), unlessPassword: words.fault(`login ${tokenLogin} without a password`) };
  if (word === 'password') return { password: words.value() };
  if (word !== 'account') throw words.fault('a word that netrc does not have');
  words.value();
  return {};
}
