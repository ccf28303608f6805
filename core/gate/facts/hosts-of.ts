import type { Contents } from '../reading.ts';

/** Code that runs when something is installed, imported or started, of which the bytes are kept. */
const code = /(?:\.(?:py|pth|start|sh|bat|fish|csh|ps1|xsh)|\/activate\.d\/[^/]+)$/i;

/** `https://host/`, and a bare IPv4 address in quotes, which needs no URL to be called. */
const named =
  /\b(?:https?|ftp|wss?):\/\/(?:[^\s/@'"]{1,64}@)?([A-Za-z0-9.-]{1,253})|['"](\d{1,3}(?:\.\d{1,3}){3})['":]/g;

/** In UTF-16 units, of all texts together: what is looked through for hosts. */
const maxTextLength = 8 * 1024 ** 2;

/** Hosts that start-up code, `__init__.py` and `setup.py` name, in comments too, sorted. */
export function hostsOf({ texts }: Contents): string[] {
  const hosts = new Set<string>();
  let left = maxTextLength;
  for (const [path, bytes] of texts) {
    if (!code.test(path) || bytes.length > left) continue;
    left -= bytes.length;
    for (const [, host, address] of Buffer.from(bytes).toString('latin1').matchAll(named)) {
      hosts.add((host ?? address ?? '').toLowerCase());
    }
  }
  return [...hosts].sort();
}
