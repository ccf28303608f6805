import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { GatehouseError } from '../core/problems/error.ts';
import { type Logins, loginsIn } from './netrc/logins.ts';
import { parseNetrc } from './netrc/parse-netrc.ts';
import { systemErrorCode } from './system-error.ts';

/** curl reads no more of one either. */
const maxNetrcBytes = 128 * 1024;

/**
 * The logins of the netrc that `NETRC` names, or else of the first that is there of `~/.netrc` and `~/_netrc`. It is read
 * once, when somebody first asks; who else may read it is the user's own matter, as it is for curl.
 *
 * What it returns throws GatehouseError `usage.invalid` when the file cannot be read or parsed, or `NETRC` names none.
 */
export function netrcFile(environment: NodeJS.ProcessEnv): Logins {
  let logins: Logins | undefined;
  return async (host) => {
    logins ??= readLogins(environment);
    return logins(host);
  };
}

function readLogins({ NETRC: named }: NodeJS.ProcessEnv): Logins {
  if (named) {
    const text = readText(named, byVariable);
    if (text === null) throw unreadable(`NETRC names ${named}, which is not there`, byVariable);
    return loginsIn(parseNetrc(text, named));
  }
  for (const path of pathsAtHome()) {
    const text = mayBeSeen(path) ? readText(path, atHome) : null;
    if (text !== null) return loginsIn(parseNetrc(text, path));
  }
  return async () => null;
}

/** None for a user without a home: containers run as users that nobody entered anywhere. */
function pathsAtHome(): string[] {
  try {
    return ['.netrc', '_netrc'].map((name) => join(homedir(), name));
  } catch {
    return [];
  }
}

/** Whether somebody else's home, which `HOME` may name, hides all that is in it: nothing there is meant for us then. */
function mayBeSeen(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (cause) {
    return !['EACCES', 'EPERM'].includes(systemErrorCode(cause) ?? '');
  }
}

/** Why a file is read, and what to do about one that cannot be. */
interface Reason {
  readonly why: string;
  readonly remedy: string;
}
const byVariable: Reason = { why: 'NETRC names', remedy: 'Mend the file, or unset NETRC' };
const atHome: Reason = { why: 'there is', remedy: 'Mend the file, or name another by NETRC' };

/** The file's text, or null when there is none. */
function readText(path: string, reason: Reason): string | null {
  const { why } = reason;
  try {
    const bytes = readBytes(path);
    if (bytes.length > maxNetrcBytes) throw unreadable(`${why} ${path}, which has more than 128 KiB`, reason);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause;
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const fault = cause instanceof TypeError ? 'not UTF-8' : code;
    throw unreadable(`${why} ${path}, which cannot be read (${fault})`, reason);
  }
}

/** One byte more than there may be at most: what is no plain file, such as a pipe, has no size. */
function readBytes(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(maxNetrcBytes + 1);
    let length = 0;
    for (let bytes = -1; bytes !== 0; length += bytes)
      bytes = readSync(file, buffer, length, buffer.length - length, null);
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

const unreadable = (message: string, { remedy }: Reason): GatehouseError =>
  new GatehouseError('usage.invalid', message, {
    hint: `${remedy}: upstreams that want credentials are asked with those of netrc (docs/networks.md).`,
  });
