import { createHash } from 'node:crypto';
import { type PackageIndex, sampleTime } from '../../local/sample/package-metadata.ts';
import {
  type NamedRecord,
  type RepodataDocument,
  type RepodataForm,
  repodataDocument,
  writeRepodata,
} from '../../local/sample/write-repodata.ts';
import { seededRandom } from '../../test/support/random.ts';
import { type GeneratedName, generateNames, type UpstreamShape, type Variant } from './generate-names.ts';

/**
 * The repodata of a large upstream that has no packages, one document per platform and one for `noarch`: some 540
 * bytes a record, dependencies with ranges and no cycles, a python that half the names need, and one older record
 * in a hundred that cannot be installed. Equal shapes give equal documents.
 *
 * @throws RangeError when there are too few records for one python of each minor on each platform
 */
export function generateRepodata(shape: UpstreamShape): readonly RepodataDocument[] {
  const records = new Map<string, NamedRecord[]>([...shape.platforms, 'noarch'].map((subdir) => [subdir, []]));
  const random = seededRandom(shape.seed + 1);
  for (const name of generateNames(shape)) {
    for (let i = 0; i < name.records; i++) {
      const variant = name.variants[i % name.variants.length];
      const rank = name.versions.length - 1 - Math.floor(i / name.variants.length);
      if (variant) records.get(variant.subdir)?.push(generateRecord(name, variant, { rank, random }));
    }
  }
  return [...records].map(([subdir, named]) => repodataDocument(subdir, named));
}

/** Writes {@link generateRepodata} as a channel's folder. */
export async function generateUpstream(
  folder: string,
  shape: UpstreamShape,
  forms?: readonly RepodataForm[],
): Promise<void> {
  for (const document of generateRepodata(shape)) await writeRepodata(folder, document, forms);
}

interface Draw {
  /** Place of the version among its name's, oldest first. */
  readonly rank: number;
  readonly random: () => number;
}

function generateRecord(name: GeneratedName, variant: Variant, { rank, random }: Draw): NamedRecord {
  const version = name.versions[rank] ?? '';
  const build = `${buildPrefix(name, variant)}${hexOf(`${name.name}-${version}`, 'md5').slice(0, 7)}_0`;
  const filename = `${name.name}-${version}-${build}${random() < 0.8 ? '.conda' : '.tar.bz2'}`;
  const record = {
    build,
    build_number: 0,
    depends: dependsOf(name, variant, { rank, random }),
    license: 'BSD-3-Clause',
    license_family: 'BSD',
    md5: hexOf(filename, 'md5'),
    name: name.name,
    sha256: hexOf(filename, 'sha256'),
    size: 10_000 + Math.floor(random() ** 4 * 50_000_000),
    subdir: variant.subdir,
    timestamp: sampleTime + rank * 86_400_000,
    version,
  };
  return [filename, noarchPython(name, record)];
}

const noarchPython = (name: GeneratedName, record: PackageIndex): PackageIndex =>
  name.kind === 'noarch' ? { ...record, noarch: 'python' } : record;

function buildPrefix(name: GeneratedName, variant: Variant): string {
  if (name.kind === 'noarch') return 'pyh';
  return variant.python === undefined ? 'h' : `py3${variant.python}h`;
}

function dependsOf(name: GeneratedName, variant: Variant, draw: Draw): readonly string[] {
  const depends = name.needs.map((need) => (need.kind === 'python' ? pythonRange(variant) : range(name, need, draw)));
  const newest = draw.rank === name.versions.length - 1;
  if (name.kind !== 'python' && !newest && draw.random() < 0.01) depends.push('gone-from-upstream >=1.0');
  return depends;
}

const pythonRange = ({ python }: Variant): string =>
  python === undefined ? 'python >=3.8' : `python >=3.${python},<3.${python + 1}.0a0`;

/**
 * From a little before what is as old as the record, to a major that keeps the newest in: so the newest versions of all
 * names fit each other. One range of an older record in twenty ends at its own major.
 */
function range(name: GeneratedName, need: GeneratedName, { rank, random }: Draw): string {
  const age = (rank + 1) / name.versions.length;
  const place = Math.ceil(age * need.versions.length) - 1 - Math.floor(random() * 3);
  const from = need.versions[Math.max(0, place)] ?? '0';
  const last = age < 1 && random() < 0.05 ? from : (need.versions.at(-1) ?? from);
  return random() < 0.4 ? `${need.name} >=${from}` : `${need.name} >=${from},<${Number.parseInt(last, 10) + 1}.0a0`;
}

const hexOf = (text: string, algorithm: 'md5' | 'sha256'): string => createHash(algorithm).update(text).digest('hex');
