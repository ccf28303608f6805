import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { version } from 'esbuild';
import { type BundleOptions, bundleFunctions, type FunctionFolders, functionFolders } from './bundle-functions.ts';

const root = resolve(import.meta.dirname, '../..');

/** All that a bundle is made of: whole folders, since esbuild alone knows which of their files are in it. */
const sources = [
  'core',
  'adapters',
  'lambdas',
  'lib/shims',
  'lib/bundle/bundle-functions.ts',
  'tsconfig.json',
  'package.json',
];
/** What is installed, which both say: the second where npm wrote it. */
const lockfiles = ['package-lock.json', 'node_modules/.package-lock.json'];

/**
 * The folders of the cache, filled if they are not there. They are made elsewhere and moved there whole, so that a bundle
 * that was cut off is never taken for one.
 *
 * @param cache where earlier bundles are; nobody else writes there
 * @param own where they are made when the cache may not be written
 */
export function cachedBundles(cache: string, own: string, options: BundleOptions): FunctionFolders {
  const kind = join(cache, options.bz2 ? 'bz2' : 'plain');
  const kept = join(kind, inputHash(root));
  if (isFolder(kept)) return functionFolders(kept);
  const made = join(kind, `making-${randomUUID()}`);
  try {
    mkdirSync(made, { recursive: true });
  } catch {
    // A checkout that may be read alone.
    return bundleFunctions(own, options);
  }
  try {
    bundleFunctions(made, options);
    return functionFolders(keep(made, kept, kind));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** Moves the folder into its place, and removes the bundles of other sources. Another process may have been faster. */
function keep(made: string, kept: string, kind: string): string {
  try {
    renameSync(made, kept);
  } catch (error) {
    if (!isFolder(kept)) throw error;
  }
  const old = readdirSync(kind).filter((name) => /^[0-9a-f]{64}$/.test(name) && join(kind, name) !== kept);
  for (const name of old) rmSync(join(kind, name), { recursive: true, force: true });
  return kept;
}

/**
 * SHA-256 of all that bundles are made of, but the options.
 *
 * @param root of a checkout
 */
export function inputHash(root: string): string {
  const hash = createHash('sha256').update(`esbuild ${version}\n`);
  for (const file of [...sources, ...lockfiles].flatMap((path) => filesIn(root, path))) {
    const bytes = readFileSync(join(root, file));
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/** A file, or the files of a folder and of those in it, in one order; none where nothing is. */
function filesIn(root: string, path: string): string[] {
  if (!isFolder(join(root, path))) return isFile(join(root, path)) ? [path] : [];
  const inside = readdirSync(join(root, path), { recursive: true, encoding: 'utf8' });
  return inside
    .map((name) => join(path, name))
    .filter((file) => isFile(join(root, file)))
    .sort();
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
