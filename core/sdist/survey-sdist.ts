import { refuse } from '../archive/finding.ts';
import type { SdistFile } from './walk-sdist.ts';

/** What a first walk over a source distribution finds: all names, and the texts by which the rest is understood. */
export interface SdistSurvey {
  /** In the order in which they lie there. */
  readonly paths: readonly string[];
  /** `setup.py`, `PKG-INFO`, those of each `.egg-info` at the top or one folder down. */
  readonly texts: ReadonlyMap<string, Uint8Array>;
  /** The newest time of a file, in milliseconds since the epoch. */
  readonly modified: number;
}

const understood =
  /^(?:PKG-INFO|setup\.py|setup\.cfg|pyproject\.toml|(?:[^/]+\/)?[^/]+\.egg-info\/(?:PKG-INFO|requires\.txt|entry_points\.txt|top_level\.txt))$/;
/** 16 MiB of all texts together; the largest of 52 real ones, a `PKG-INFO` with its description, has 120 kB. */
const maxTextBytes = 16 * 1024 ** 2;

/** @throws GatehouseError `package.refused` with `A13.json` for texts beyond any sound size */
export async function surveySdist(files: AsyncIterable<SdistFile>): Promise<SdistSurvey> {
  const paths: string[] = [];
  const texts = new Map<string, Uint8Array>();
  let bytes = 0;
  let newest = 0;
  for await (const { path, size, modified, body } of files) {
    paths.push(path);
    newest = Math.max(newest, modified);
    if (!understood.test(path)) continue;
    bytes += size;
    if (bytes > maxTextBytes) refuse('A13.json', `${path} and texts like it have ${bytes} bytes`);
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    texts.set(path, Buffer.concat(parts));
  }
  return { paths, texts, modified: newest };
}
