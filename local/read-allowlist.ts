import { createReadStream } from 'node:fs';
import { acceptAllowlist } from '../core/allowlist/accept-allowlist.ts';
import type { Allowlist } from '../core/allowlist/parse-allowlist.ts';
import { GatehouseError } from '../core/error.ts';

/** One byte more than an allowlist may have, so that one too large is seen as that without being read. */
const readAtMost = 1024 * 1024 + 1;

/** @throws GatehouseError `allowlist.missing`, or `allowlist.invalid` with every problem on a line of its own */
export async function readAllowlist(file: string): Promise<Allowlist> {
  return acceptAllowlist(await readStart(file), file);
}

/** A stream, so that a pipe does too. */
async function readStart(file: string): Promise<Uint8Array> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of createReadStream(file, { end: readAtMost - 1 })) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new GatehouseError('allowlist.missing', `${file} ${reasons[code] ?? `cannot be read (${code})`}`, {
      hint: 'name the allowlist with --allowlist FILE, or run the command where allowlist.json is',
      cause,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read',
};
