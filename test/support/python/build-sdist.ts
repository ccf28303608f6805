import { gzipSync } from 'node:zlib';
import { parseProjectName } from '../../../core/names/project-name.ts';
import { parseSdistFileName } from '../../../core/names/sdist-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { readSdist, type Sdist } from '../../../core/sdist/read-sdist.ts';
import { bzip2 } from '../archives/build-bzip2.ts';
import { buildTar, type RawMember } from '../archives/build-tar.ts';
import { buildZip } from '../archives/build-zip.ts';

/** A source distribution of `demo` 1.0 to build, sound unless told otherwise. */
export interface RawSdist {
  readonly format?: '.tar.gz' | '.zip' | '.tar.bz2';
  /** Path below the root -> text; null leaves out what every one has. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** Lines of PKG-INFO behind name and version. */
  readonly metadata?: string;
  /** Members of the tar behind the rest, as they are. */
  readonly more?: readonly RawMember[];
}

const pkgInfo = (metadata: string) => `Metadata-Version: 1.1\nName: demo\nVersion: 1.0\n${metadata}`;

export function buildSdist({ format = '.tar.gz', files = {}, metadata = '', more = [] }: RawSdist = {}): Uint8Array {
  const all: Record<string, string | null> = {
    'PKG-INFO': pkgInfo(metadata),
    'setup.py': "from setuptools import setup\nsetup(name='demo', version='1.0', packages=['demo'])\n",
    'demo/__init__.py': 'x = 1\n',
    'demo.egg-info/PKG-INFO': pkgInfo(metadata),
    'demo.egg-info/top_level.txt': 'demo\n',
    ...files,
  };
  const members = Object.entries(all).flatMap(([path, data]) =>
    data === null ? [] : [{ name: `demo-1.0/${path}`, data }],
  );
  if (format === '.zip') return buildZip(members.map((member) => ({ ...member, method: 8, mode: 0o100644 })));
  const tar = buildTar({ name: 'demo-1.0/', type: '5' }, ...members, ...more);
  return format === '.tar.gz' ? gzipSync(tar) : bzip2(tar);
}

/** Reads bytes that came under this name. */
export function readNamed(bytes: Uint8Array, fileName: string, name: string): Promise<Sdist> {
  const project = parseProjectName(name);
  const parsed = project && parseSdistFileName(fileName, project);
  if (project === null || parsed === null) throw new Error(`${fileName} is no sdist of ${name}`);
  return readSdist(bytesSource(bytes), { ...parsed, project });
}

/** Builds a source distribution and reads it. */
export const readBuiltSdist = (raw: RawSdist = {}): Promise<Sdist> =>
  readNamed(buildSdist(raw), `demo-1.0${raw.format ?? '.tar.gz'}`, 'demo');
