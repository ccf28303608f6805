import { zstdCompressSync } from 'node:zlib';
import { bzip2 } from '../archives/build-bzip2.ts';
import { buildTar, type RawMember } from '../archives/build-tar.ts';
import { buildZip, type RawZip, type RawZipMember } from '../archives/build-zip.ts';

export const stem = 'demo-1.0-h0_0';

export const indexJson = {
  name: 'demo',
  version: '1.0',
  build: 'h0_0',
  build_number: 0,
  depends: ['python >=3.9'],
  subdir: 'linux-64',
};

export const indexMember: RawMember = { name: 'info/index.json', data: JSON.stringify(indexJson) };

export interface RawConda {
  info?: Uint8Array;
  pkg?: Uint8Array;
  metadata?: string;
  /** Members behind the three. */
  more?: readonly RawZipMember[];
  method?: number;
  zip?: RawZip;
}

export const infoTar = (...members: readonly RawMember[]) => zstdCompressSync(buildTar(indexMember, ...members));
export const pkgTar = (...members: readonly RawMember[]) =>
  zstdCompressSync(buildTar({ name: 'bin/demo', data: 'demo', mode: 0o755 }, ...members));

/** A `.conda` named for `stem`, sound unless told otherwise. */
export function buildConda({ info, pkg, metadata, more = [], method = 0, zip = {} }: RawConda = {}): Uint8Array {
  const members: RawZipMember[] = [
    { name: 'metadata.json', data: metadata ?? '{"conda_pkg_format_version": 2}', method },
    { name: `pkg-${stem}.tar.zst`, data: pkg ?? pkgTar(), method },
    { name: `info-${stem}.tar.zst`, data: info ?? infoTar(), method },
  ];
  return buildZip([...members, ...more], zip);
}

/** A `.tar.bz2` of these members. */
export const buildTarBz2 = (...members: readonly RawMember[]) => bzip2(buildTar(...members));
