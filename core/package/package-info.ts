import { z } from 'zod';
import { type Finding, type Report, refuse } from '../archive/finding.ts';
import type { ReadLimits } from '../archive/limits.ts';
import type { TarMember } from '../archive/tar/walk-tar.ts';
import { GatehouseError } from '../problems/error.ts';
import { type IndexJson, parseIndexJson, parseInfoJson } from './index-json.ts';

/** What a package says about itself. */
export interface PackageInfo {
  readonly index: IndexJson;
  /** `info/run_exports.json` as it is (CEP 12), or null when there is none. */
  readonly runExports: unknown;
  readonly findings: readonly Finding[];
}

interface Collector<T> {
  /** Reads the member's body when it is one of those that are collected. */
  offer(member: TarMember): Promise<void>;
  finish(): T;
}

const indexPath = 'info/index.json';
const runExportsPath = 'info/run_exports.json';

/**
 * Picks the files of `info/` that a record is made of out of a walk over members. `finish` throws GatehouseError
 * `package.refused` with `A5.index` when there was no `info/index.json`, or `B7.json`.
 */
export function collectInfo(
  what: string,
  limits: ReadLimits,
  report: Report,
): Collector<Omit<PackageInfo, 'findings'>> & { hasIndex(): boolean } {
  const texts = new Map<string, string>();
  return {
    async offer(member) {
      const { path, type, size, body } = member;
      if (path !== indexPath && path !== runExportsPath) return;
      if (type !== 'file') refuse('A5.index', `${path} is a ${type}`);
      if (size > limits.jsonBytes) refuse('A13.json', `${path} has ${size} bytes`);
      texts.set(path, await utf8Text(body, path));
    },
    hasIndex: () => texts.has(indexPath),
    finish() {
      const index = texts.get(indexPath);
      const runExports = texts.get(runExportsPath);
      if (index === undefined) refuse('A5.index', `${what} has no ${indexPath}`);
      return {
        index: parseIndexJson(index, `${indexPath} of ${what}`, report),
        runExports:
          runExports === undefined ? null : parseInfoJson(runExports, z.json(), `${runExportsPath} of ${what}`),
      };
    },
  };
}

/** Members of `info/` that describe a package to people, as text; a key is absent when there is none that can be read. */
export interface InfoFiles {
  readonly about?: string;
  /** `info/paths.json` (CEP 34). */
  readonly paths?: string;
  /** The first of the recipe's three places, as conda-index goes by. */
  readonly recipe?: string;
}

const kibi = 1024;
/** Of 299 real packages the largest had 19 kB, 650 kB and 16 kB. */
const maxTextBytes = { about: 512 * kibi, paths: 64 * kibi * kibi, recipe: 512 * kibi };

const infoFileByPath: ReadonlyMap<string, keyof InfoFiles> = new Map([
  ['info/about.json', 'about'],
  ['info/paths.json', 'paths'],
  ['info/recipe/meta.yaml', 'recipe'],
  ['info/recipe/meta.yaml.rendered', 'recipe'],
  ['info/meta.yaml', 'recipe'],
]);

/**
 * Picks the files that describe a package out of a walk over members. Nobody installs by them: one that is too large, no
 * file or not UTF-8 counts as absent, and never refuses its package.
 */
export function collectInfoFiles(): Collector<InfoFiles> {
  const texts = new Map<keyof InfoFiles, string>();
  return {
    async offer({ path, type, size, body }) {
      const kind = infoFileByPath.get(path);
      if (kind === undefined || texts.has(kind)) return;
      if (type !== 'file' || size > maxTextBytes[kind]) return;
      const text = await utf8Text(body, path).catch(nullWhereNotUtf8);
      if (text !== null) texts.set(kind, text);
    },
    finish: () => Object.fromEntries(texts),
  };
}

/** Any other fault is the archive's and refuses the package as it would for any member. */
function nullWhereNotUtf8(error: unknown): null {
  if (error instanceof GatehouseError && error.message.startsWith('B7.utf8')) return null;
  throw error;
}

/** A whole small stream as text. @throws GatehouseError `package.refused` with `B7.utf8` */
export async function utf8Text(bytes: AsyncIterable<Uint8Array>, what: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return decodeUtf8(Buffer.concat(parts), what);
}

/** Bytes as text; errors as {@link utf8Text}. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse('B7.utf8', `${what} is not UTF-8`);
  }
}
