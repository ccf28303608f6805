import { sha256Schema } from '../names/digest.ts';
import { type PackageFileName, parsePackageFileName } from '../names/package-file-name.ts';
import { type Subdir, subdirSchema } from '../names/subdir.ts';
import { type IndexFile, mainIndexFiles, optionalIndexFiles } from './index-files.ts';
import { shardsFolder } from './keys.ts';

/** What a file of a channel is, by its key alone. */
export type ChannelPlace =
  | { readonly kind: 'package'; readonly subdir: Subdir; readonly filename: PackageFileName }
  | { readonly kind: 'index file'; readonly subdir: Subdir }
  /** A shard, named by the shard index or not: readers of an older one may still want it. */
  | { readonly kind: 'shard'; readonly subdir: Subdir; readonly sha256: string }
  /** What is made of all subdirs. */
  | { readonly kind: 'channeldata' }
  /** What the channel tells its clients: what was recalled. */
  | { readonly kind: 'notices' }
  /** Below a name that starts with a dot, as what desktops and copying programs leave does: it is not served. */
  | { readonly kind: 'hidden' }
  /** None of ours, and why: it lies beside the subdirs, in no subdir, below one, or has no name of ours. */
  | { readonly kind: 'stray'; readonly why: 'beside' | 'no subdir' | 'below' | 'name' };

const stray = (why: 'beside' | 'no subdir' | 'below' | 'name'): ChannelPlace => ({ kind: 'stray', why });

/**
 * What a key of a channel names (`conda/<subdir>/<file>`). The one table that listing, indexing, verifying and pruning
 * ask, so that none of them passes over what another takes.
 *
 * @param path a key, or what lies in a folder and can be none
 */
export function channelPlace(path: string): ChannelPlace {
  const [folder = '', ...parts] = path.split('/').slice(1);
  const place = parts.length === 0 ? besideSubdirs(folder) : inFolder(folder, parts);
  return place.kind === 'stray' && isHidden([folder, ...parts]) ? { kind: 'hidden' } : place;
}

function besideSubdirs(name: string): ChannelPlace {
  if (name === 'channeldata.json') return { kind: 'channeldata' };
  return name === 'notices.json' ? { kind: 'notices' } : stray('beside');
}

function inFolder(folder: string, [name = '', file, ...deeper]: readonly string[]): ChannelPlace {
  const subdir = subdirSchema.safeParse(folder).data;
  if (subdir === undefined) return stray('no subdir');
  if (file !== undefined)
    return (name === shardsFolder && shard(subdir, [file, ...deeper].join('/'))) || stray('below');
  const filename = parsePackageFileName(name);
  if (filename !== null) return { kind: 'package', subdir, filename };
  return indexFiles.has(name) ? { kind: 'index file', subdir } : stray('name');
}

const indexFiles: ReadonlySet<string> = new Set<IndexFile>([...mainIndexFiles, ...optionalIndexFiles]);

function shard(subdir: Subdir, file: string): ChannelPlace | null {
  const sha256 = sha256Schema.safeParse(file.replace(/\.msgpack\.zst$/, '')).data;
  return sha256 === undefined || !file.endsWith('.msgpack.zst') ? null : { kind: 'shard', subdir, sha256 };
}

/** A package that is hidden was meant to be found. */
const isHidden = (parts: readonly string[]): boolean =>
  parts.some((part) => part.startsWith('.')) && !looksLikePackage(parts.at(-1) ?? '');

/** Whether a name ends as a package's does, in whatever case. */
export const looksLikePackage = (name: string): boolean => /\.(?:conda|tar\.bz2)$/i.test(name);
