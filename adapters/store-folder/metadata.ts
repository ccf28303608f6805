import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, parseJson } from '../../core/json/json.ts';
import type { ObjectKey } from '../../core/layout/keys.ts';
import type { Metadata } from '../../core/ports/store.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { makeFolder } from '../make-folder.ts';
import { nullIfAbsent } from '../system-error.ts';
import type { IncomingFile } from './incoming.ts';
import { internalPath, internalPlace } from './key-path.ts';

const sidecarSchema = z.strictObject({ etag: z.string(), metadata: z.record(z.string(), z.string()) });

const sidecarOf = (key: ObjectKey) => ['meta', `${key}.json`] as const;

/** Metadata of the file with this tag; none when the file was since replaced or copied by hand. */
export function readMetadata(root: string, key: ObjectKey, etag: string): Metadata {
  // Most objects have none, and to build an error for it, or to look for links, costs more than to ask.
  const isThere = existsSync(join(root, internalPlace(...sidecarOf(key))));
  const text = isThere ? nullIfAbsent(() => readFileSync(internalPath(root, ...sidecarOf(key)), 'utf8')) : null;
  if (text === null) return {};
  try {
    const sidecar = parseJson(text, sidecarSchema, `the metadata of ${key}`);
    return sidecar.etag === etag ? sidecar.metadata : {};
  } catch (error) {
    // Torn by a power cut: metadata only saves work, so none is as good.
    if (error instanceof GatehouseError) return {};
    throw error;
  }
}

interface ObjectMetadata {
  readonly key: ObjectKey;
  readonly etag: string;
  readonly metadata: Metadata;
}

/** Writes metadata for the file with this tag, before that file is put in its place. */
export async function writeMetadata(
  root: string,
  { key, etag, metadata }: ObjectMetadata,
  file: IncomingFile,
): Promise<void> {
  const path = internalPath(root, ...sidecarOf(key));
  await file.handle.writeFile(canonicalJson({ etag, metadata }));
  makeFolder(dirname(path));
  renameSync(file.path, path);
}

export function deleteMetadata(root: string, key: ObjectKey): void {
  rmSync(internalPath(root, ...sidecarOf(key)), { force: true });
}
