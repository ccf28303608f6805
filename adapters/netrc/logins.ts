import type { NetrcEntry } from './parse-netrc.ts';

interface Login {
  readonly login: string;
  readonly password: string;
  /** It is of no line that names the host. */
  readonly isDefault: boolean;
}

/** What netrc has for a host, which is spelled as in a URL; null where it has nothing. */
export type Logins = (host: string) => Promise<Login | null>;

/** The first entry with a password that names the host counts, as for curl, else the first that does, else the first `default`. */
export function loginsIn(entries: readonly NetrcEntry[]): Logins {
  return async (spelled) => {
    const name = spelled.replace(/^\[(.*)\]$/, '$1');
    const own = entries.filter(({ host }) => host === name);
    const found = own.find(({ password }) => password !== '') ?? own[0] ?? entries.find(({ host }) => host === null);
    if (found === undefined || found.login + found.password === '') return null;
    return { login: found.login, password: found.password, isDefault: found.host === null };
  };
}
