import { type Finding, refuse } from '../archive/finding.ts';
import type { FileProvenance } from '../documents/simple/file-provenance.ts';
import { sha256Of } from '../names/digest.ts';
import { type DistributionFileName, parseDistributionFileName } from '../names/distribution-file-name.ts';
import { parsePackageFileName } from '../names/package-file-name.ts';
import type { Pep440Version } from '../names/pep440/pep440-version.ts';
import type { ProjectName } from '../names/project-name.ts';
import { subdirSchema } from '../names/subdir.ts';
import { identityProblems } from '../package/check-identity.ts';
import { recordFromIndex } from '../package/index-json.ts';
import { readPackageInfo } from '../package/read-package-info.ts';
import { GatehouseError } from '../problems/error.ts';
import { wheelNameOf } from '../python-index/stage-wheel.ts';
import { recordFault } from '../record/record-fault.ts';
import { readSdistMetadata } from '../sdist/read-sdist-metadata.ts';
import { type CoreMetadata, readableRequiresPython } from '../wheel/core-metadata.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import type {
  OfferedFile,
  PackagePublication,
  Publication,
  PublishWorld,
  SdistPublication,
  WheelPublication,
} from './publication.ts';

type ReadWorld = Pick<PublishWorld, 'by' | 'clock'>;

/**
 * What an offered file is, by the ending of its name; what it says of itself is read strictly, and must be what its
 * name says, once both are normal. A `.tar.bz2` is conda's: no builder makes source distributions of that ending
 * any more. Memory is bounded as by the readers.
 *
 * @throws GatehouseError `package.refused` with the code of the reader; `publish.file-name`, `publish.requirements`, `package.identity`
 */
export function readOffered(offered: OfferedFile, world: ReadWorld): Promise<Publication> {
  const { fileName } = offered;
  if (fileName.endsWith('.whl')) return readOfferedWheel(offered, world);
  if (/\.(?:tar\.gz|zip)$/.test(fileName)) return readOfferedSdist(offered, world);
  if (/\.(?:conda|tar\.bz2)$/.test(fileName)) return readOfferedPackage(offered, world);
  const message = `${fileName} ends in none of .whl, .tar.gz, .zip, .conda and .tar.bz2`;
  throw new GatehouseError('publish.file-name', message, { hint: 'leave it out' });
}

async function readOfferedWheel(offered: OfferedFile, world: ReadWorld): Promise<WheelPublication> {
  const name = wheelNameOf(offered.fileName);
  const wheel = await readWheel(await offered.staged.source(), name);
  expectFewRequirements(wheel.metadata);
  const metadataSha256 = sha256Of(wheel.metadataBytes);
  const provenance = fileProvenance(offered, { ...name, ...wheel, fileName: name.fileName, metadataSha256 }, world);
  return { kind: 'wheel', staged: offered.staged, digests: offered.digests, provenance, wheel };
}

/**
 * What is required is looked at for each platform and python, in the thread that answers readers: 10,000 requirements, or
 * as many extras of the project itself, took it 3 to 15 seconds.
 */
const maxRequirementLines = 1000;
/** In UTF-16 units, of all of them. */
const maxRequirementText = 64 * 1024;

function expectFewRequirements({ requiresDist, providesExtra }: CoreMetadata): void {
  const lines = [...requiresDist, ...providesExtra];
  const length = lines.reduce((sum, line) => sum + line.length, 0);
  if (lines.length > maxRequirementLines)
    throw tooMany(`METADATA has ${lines.length} requirements and extras, more than ${maxRequirementLines}`);
  if (length > maxRequirementText)
    throw tooMany(`its requirements and extras have ${length} characters, more than ${maxRequirementText}`);
}

const tooMany = (message: string): GatehouseError =>
  new GatehouseError('publish.requirements', message, {
    hint: 'split it into several projects, or require fewer by name',
  });

async function readOfferedSdist(offered: OfferedFile, world: ReadWorld): Promise<SdistPublication> {
  const { staged, digests } = offered;
  const fileName = parseDistributionFileName(offered.fileName);
  if (fileName === null) refuse('sdist.file-name', `${offered.fileName} is not the name of a source distribution`);
  const { name, metadata, findings } = await readSdistMetadata(await staged.source(), fileName);
  const provenance = fileProvenance(offered, { ...name, metadata, findings, metadataSha256: null }, world);
  return { kind: 'sdist', staged, digests, provenance, metadata };
}

interface ReadFile extends Pick<FileProvenance, 'metadataSha256'> {
  readonly fileName: DistributionFileName;
  readonly project: ProjectName;
  readonly version: Pep440Version;
  readonly metadata: CoreMetadata;
  readonly findings: readonly Finding[];
}

function fileProvenance({ digests }: OfferedFile, read: ReadFile, { by, clock }: ReadWorld): FileProvenance {
  const now = clock.now();
  return {
    version: 1,
    project: read.project,
    fileName: read.fileName,
    sha256: digests.sha256,
    size: digests.size,
    release: read.version.text,
    metadataSha256: read.metadataSha256,
    requiresPython: readableRequiresPython(read.metadata),
    uploadTime: new Date(now).toISOString(),
    origin: { type: 'published', by },
    findings: [...read.findings],
    firstSeen: now,
  };
}

/** As one that was copied in is held to its name when it is indexed; the gate reads it to its end. */
async function readOfferedPackage(offered: OfferedFile, { by, clock }: ReadWorld): Promise<PackagePublication> {
  const { staged, digests } = offered;
  const filename = parsePackageFileName(offered.fileName);
  if (filename === null) refuse('A3.file-name', `${offered.fileName} is not the name of a conda package's file`);
  const { findings, ...info } = await readPackageInfo(await staged.source(), filename);
  const subdir = subdirSchema.safeParse(info.index.subdir).data;
  if (subdir === undefined) refuse('B1.subdir', `info/index.json of ${filename} names no subdir`);
  const contradictions = identityProblems({ index: info.index, fileName: filename, subdir });
  if (contradictions.length > 0) {
    throw new GatehouseError(
      'package.identity',
      contradictions.map(({ code, detail }) => `${code}: ${detail}`).join('; '),
    );
  }
  const found = [...findings];
  const record = recordFromIndex(info.index, digests, subdir, (code, detail) => found.push({ code, detail }));
  const fault = recordFault(record);
  if (fault !== null) refuse(fault.code, fault.detail);
  const origin = { type: 'published', by } as const;
  const entered = { version: 1, channel: 'conda', subdir, filename, ...digests, origin, record } as const;
  return { kind: 'package', staged, digests, provenance: { ...entered, findings: found, firstSeen: clock.now() } };
}
