import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../../adapters/system-error.ts';
import { maxAllowlistBytes } from '../../core/documents/allowlist/decode-allowlist.ts';
import { type Allowlist, acceptAllowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import type { Patches } from '../../core/documents/patches/hotfix.ts';
import {
  maxPatchFileBytes,
  type PatchInstructions,
  patchFolderHint,
  readPatchFile,
  subdirOfPatchFile,
} from '../../core/documents/patches/patch-file.ts';
import type { Subdir } from '../../core/names/subdir.ts';
import { GatehouseError } from '../../core/problems/error.ts';

/** The allowlist of a command that plans and names none. */
export const usualAllowlist = 'allowlist.json';

export interface WrittenAllowlist {
  readonly allowlist: Allowlist;
  /** As it is written, which is how the store keeps it. */
  readonly written: Uint8Array;
}

/** @throws GatehouseError `allowlist.missing`, or `allowlist.invalid` with every problem on a line of its own */
export async function readAllowlist(file: string): Promise<WrittenAllowlist> {
  const written = await readAllowlistBytes(file);
  return { allowlist: acceptAllowlist(written, file), written };
}

async function readAllowlistBytes(file: string): Promise<Uint8Array> {
  try {
    // One byte too many shows that a file is too large, without reading the rest of it.
    return await readStart(file, maxAllowlistBytes + 1);
  } catch (cause) {
    const hint = 'name the allowlist with --allowlist FILE, or run the command where allowlist.json is';
    const reason = reasonOf(cause, { ENOENT: 'does not exist' });
    throw new GatehouseError('allowlist.missing', `${file} ${reason}`, { hint, cause });
  }
}

/** Where an organisation keeps its own hotfixes: beside its allowlist. */
export const patchesFolder = (allowlist: string): string => join(dirname(allowlist), 'patches');

/**
 * Reads the organisation's own hotfixes: `patches/<subdir>.json` beside the allowlist. They are none when there is no
 * such folder; a file that cannot be read as hotfixes is an error, unless it is hidden.
 *
 * @throws GatehouseError `patches.invalid`
 */
export async function readPatches(allowlist: string): Promise<Patches> {
  const folder = patchesFolder(allowlist);
  const patches = new Map<Subdir, PatchInstructions>();
  for (const name of await namesIn(folder)) {
    const file = join(folder, name);
    const subdir = subdirOfPatchFile(name, file);
    if (subdir !== null) patches.set(subdir, readPatchFile(await readPatchBytes(file), file));
  }
  return patches;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return [];
    const reason = reasonOf(cause, { ENOTDIR: 'is no folder' });
    throw new GatehouseError('patches.invalid', `${folder} ${reason}`, { hint: patchFolderHint, cause });
  }
}

async function readPatchBytes(file: string): Promise<Uint8Array> {
  return readStart(file, maxPatchFileBytes + 1).catch((cause: unknown) => {
    throw new GatehouseError('patches.invalid', `${file} ${reasonOf(cause)}`, { hint: patchFolderHint, cause });
  });
}

/** A file's first bytes. It is read as a stream, so that it may be a pipe. */
async function readStart(file: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of createReadStream(file, { end: maxBytes - 1 })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Why the system refused, to stand after the name of what it refused. */
function reasonOf(error: unknown, reasons: Readonly<Record<string, string>> = {}): string {
  const code = systemErrorCode(error) ?? '';
  const all: Readonly<Record<string, string>> = { EISDIR: 'is a folder', EACCES: 'may not be read', ...reasons };
  return all[code] ?? `cannot be read (${code})`;
}
