import { zstdCompressSync } from 'node:zlib';
import { sha256Of } from '../../../core/names/digest.ts';
import { buildTar, type RawMember } from '../archives/build-tar.ts';
import { buildConda, buildTarBz2, indexJson, indexMember } from './build-package.ts';

interface Row extends Record<string, unknown> {
  _path: string;
}

export interface SoundPackage {
  /** What is installed. */
  readonly payload?: readonly RawMember[];
  /** Members of `info/` besides `index.json` and `paths.json`. */
  readonly info?: readonly RawMember[];
  /** Keys of `info/index.json` that are others. */
  readonly index?: Readonly<Record<string, unknown>>;
  /** What becomes of the rows of `info/paths.json`; none at all where it is null. */
  readonly rows?: ((rows: Row[]) => Row[]) | null;
}

const types: Readonly<Record<string, string>> = { '0': 'hardlink', '2': 'softlink', '5': 'directory' };

function rowOf({ name, type = '0', data = '' }: RawMember): Row {
  const bytes = Buffer.from(data);
  const content = type === '0' ? { sha256: sha256Of(bytes), size_in_bytes: bytes.length } : {};
  return { _path: String(name).replace(/\/$/, ''), path_type: types[type], ...content };
}

function infoMembers({ payload = [], info = [], index = {}, rows = (all) => all }: SoundPackage): RawMember[] {
  const paths = rows === null ? null : rows(payload.filter(({ type = '0' }) => type !== 'x').map(rowOf));
  const json = { name: 'info/index.json', data: JSON.stringify({ ...indexJson, ...index }) };
  const list = { name: 'info/paths.json', data: JSON.stringify({ paths, paths_version: 1 }) };
  return [Object.keys(index).length === 0 ? indexMember : json, ...(paths === null ? [] : [list]), ...info];
}

/** A `.conda` named for `stem` whose `info/paths.json` lists what it holds, unless told otherwise. */
export const soundConda = (parts: SoundPackage = {}): Uint8Array =>
  buildConda({
    info: zstdCompressSync(buildTar(...infoMembers(parts))),
    pkg: zstdCompressSync(buildTar(...(parts.payload ?? []))),
  });

/** The same as a `.tar.bz2`, `info/` behind the payload. */
export const soundTarBz2 = (parts: SoundPackage = {}): Uint8Array =>
  buildTarBz2(...(parts.payload ?? []), ...infoMembers(parts));
