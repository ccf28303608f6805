import { z } from 'zod';
import { type Report, refuse, shown } from '../archive/finding.ts';
import type { ReadLimits } from '../archive/limits.ts';
import { openZip, type ZipMember } from '../archive/zip/open-zip.ts';
import { type PackageFileName, packageFileParts } from '../names/package-file-name.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { parseInfoJson } from './index-json.ts';
import { utf8Text } from './package-info.ts';

/** The two tarballs of a `.conda`, still compressed. */
export interface CondaTarballs {
  readonly info: ZipMember;
  readonly pkg: ZipMember;
}

const metadataName = 'metadata.json';
const metadataSchema = z.looseObject({ conda_pkg_format_version: z.literal(2) });
const maxMetadataBytes = 64 * 1024;

/**
 * Opens a `.conda` (CEP 35): exactly `metadata.json` and the two tarballs named for the file. Three clients pick three
 * different sets when there are more (conda one of each, libmamba any, rattler all), so there may not be.
 *
 * @throws GatehouseError `package.refused` with `A4.*`, `A5.members`, `A5.metadata` or `A13.ratio`
 */
export async function openConda(
  source: ByteSource,
  { fileName, limits, report }: { fileName: PackageFileName; limits: ReadLimits; report: Report },
): Promise<CondaTarballs> {
  const { stem } = packageFileParts(fileName);
  const members = await openZip(source, report);
  const named = (name: string) => members.find((member) => member.name === name);
  const metadata = named(metadataName);
  const info = named(`info-${stem}.tar.zst`);
  const pkg = named(`pkg-${stem}.tar.zst`);
  if (!metadata || !info || !pkg || members.length !== 3) {
    refuse('A5.members', `${fileName} holds ${shown(members.map((member) => member.name).join(', '))}`);
  }
  // CEP 35 wants every member stored; deflated ones are read, and the ratio bounds what inflating them may cost.
  for (const { name, method, size, compressedSize } of members) {
    if (method === 'stored') continue;
    report('conda.deflated', `${name} is deflated`);
    if (size > limits.ratioFrom && size > compressedSize * limits.ratio) {
      refuse('A13.ratio', `${name} inflates ${compressedSize} bytes to ${size}`);
    }
  }
  await checkMetadata(metadata, report);
  return { info, pkg };
}

async function checkMetadata(metadata: ZipMember, report: Report): Promise<void> {
  if (metadata.size > maxMetadataBytes) refuse('A5.metadata', `a ${metadataName} of ${metadata.size} bytes`);
  const text = await utf8Text(metadata.open(), metadataName);
  // Some writers leave it empty, and no client reads it.
  if (text === '') return report('conda.metadata', `${metadataName} is empty`);
  const format = parseInfoJson(text, z.unknown(), metadataName);
  if (!metadataSchema.safeParse(format).success) refuse('A5.metadata', `${metadataName} does not say format version 2`);
}
