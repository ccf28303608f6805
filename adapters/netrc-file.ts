import { closeSync, openSync, readSync } from 'node:fs';
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
  const paths = named ? [named] : ['.netrc', '_netrc'].map((name) => join(homedir(), name));
  for (const path of paths) {
    const text = readText(path, named ? 'NETRC names' : 'there is');
    if (text !== null) return loginsIn(parseNetrc(text, path));
  }
  if (named) throw unreadable(`NETRC names ${named}, which is not there`);
  return async () => null;
}

/** The file's text, or null when there is none. */
function readText(path: string, why: string): string | null {
  try {
    const bytes = readBytes(path);
    if (bytes.length > maxNetrcBytes) throw unreadable(`${why} ${path}, which has more than 128 KiB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause;
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(`${why} ${path}, which cannot be read (${cause instanceof TypeError ? 'not UTF-8' : code})`);
  }
}

/** One byte more than there may be at most: what is no plain file, such as `<(pass show netrc)`, has no size. */
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

const unreadable = (message: string): GatehouseError =>
  new GatehouseError('usage.invalid', message, {
    hint: 'Mend the file, or unset NETRC: upstreams that want credentials are asked with those of netrc (docs/networks.md).',
  });
