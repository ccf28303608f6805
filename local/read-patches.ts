import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { platformNames } from '../core/allowlist/platform-names.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { GatehouseError } from '../core/error.ts';
import type { Patches } from '../core/forms/hotfix/patches.ts';
import { largestPatchFile, readPatchFile } from '../core/forms/hotfix/read-patch-file.ts';
import { noarch, type Subdir, subdirSchema } from '../core/subdir.ts';

/** Where an organisation keeps its own hotfixes: beside its allowlist. */
export const patchesFolder = (allowlist: string): string => join(dirname(allowlist), 'patches');

const subdirNames: readonly string[] = [...platformNames, noarch];

/**
 * The organisation's own hotfixes: `patches/<subdir>.json` beside the allowlist. No folder is none; hidden files are
 * passed over, and any other that cannot be read as hotfixes is an error.
 *
 * @throws GatehouseError `patches.invalid`
 */
export async function readPatches(allowlist: string): Promise<Patches> {
  const folder = patchesFolder(allowlist);
  const patches = new Map<Subdir, Awaited<ReturnType<typeof readOne>>>();
  for (const name of (await namesIn(folder)).sort()) {
    if (!name.startsWith('.')) patches.set(subdirOf(folder, name), await readOne(join(folder, name)));
  }
  return patches;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw new GatehouseError('patches.invalid', `${folder} ${reasonOf(cause)}`, { hint: folderHint, cause });
  }
}

const folderHint = 'patches/ beside the allowlist holds one file for each subdir, such as patches/linux-64.json';

function subdirOf(folder: string, name: string): Subdir {
  const subdir = name.replace(/\.json$/, '');
  if (name.endsWith('.json') && subdirNames.includes(subdir)) return subdirSchema.parse(subdir);
  const near = didYouMean(subdir, subdirNames);
  const hint = near === null ? folderHint : `did you mean ${near}.json?`;
  throw new GatehouseError('patches.invalid', `${join(folder, name)} is not named for a subdir`, { hint });
}

async function readOne(file: string) {
  return readPatchFile(await readBytes(file), file);
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of createReadStream(file, { end: largestPatchFile })) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length <= largestPatchFile) return bytes;
  } catch (cause) {
    throw new GatehouseError('patches.invalid', `${file} ${reasonOf(cause)}`, { hint: folderHint, cause });
  }
  throw new GatehouseError('patches.invalid', `${file} is larger than 16 MiB`, { hint: folderHint });
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'is a folder',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be read',
};
const reasonOf = (error: unknown): string => reasons[codeOf(error)] ?? `cannot be read (${codeOf(error)})`;
