import type { Digests } from '../../core/names/digest.ts';
import { comparePep440 } from '../../core/names/pep440/compare-pep440.ts';
import { type Pep440Version, parsePep440Version } from '../../core/names/pep440/pep440-version.ts';
import { type ProjectName, parseProjectName } from '../../core/names/project-name.ts';
import { parseSdistFileName } from '../../core/names/sdist-file-name.ts';
import { parseWheelFileName } from '../../core/names/wheel-file-name.ts';
import { GatehouseError } from '../../core/problems/error.ts';

/**
 * The fields of a form that say what its file itself says: claims, held against it and then forgotten. Of the three hashes
 * that uploaders send, blake2b of 256 bits is none of node:crypto's.
 */
export const claimFields: ReadonlySet<string> = new Set([':action', 'name', 'version', 'sha256_digest', 'md5_digest']);

interface Claimed {
  readonly fileName: string;
  readonly digests: Digests;
}

/**
 * Holds the claims of a form against its file: names and versions in any spelling, hashes where they are given.
 *
 * @throws GatehouseError `upload.invalid`
 */
export function checkClaims(fields: ReadonlyMap<string, string>, { fileName, digests }: Claimed): void {
  const action = fields.get(':action');
  if (action !== 'file_upload') throw invalid(`the form's :action is "${action ?? ''}", and it must be file_upload`);
  for (const hash of ['sha256', 'md5'] as const) {
    const claimed = fields.get(`${hash}_digest`)?.toLowerCase();
    if (claimed && claimed !== digests[hash])
      throw invalid(`${fileName} has the ${hash} ${digests[hash]}, and the form says ${claimed}`);
  }
  const { project, version } = namedBy(fileName, fields.get('name') ?? '');
  const claimedVersion = fields.get('version') ?? '';
  const parsed = parsePep440Version(claimedVersion);
  if (parsed === null || comparePep440(parsed, version) !== 0)
    throw invalid(`${fileName} is of version ${version.text} of ${project}, and the form says "${claimedVersion}"`);
}

/** What a file's name says, which must be of the project that the form names. */
function namedBy(fileName: string, claimedName: string): { project: ProjectName; version: Pep440Version } {
  const claimed = parseProjectName(claimedName);
  if (claimed === null) throw invalid(`the form's name is "${claimedName}", which is not that of a Python project`);
  if (!fileName.endsWith('.whl')) {
    const sdist = parseSdistFileName(fileName, claimed);
    // A .tar.bz2 would be read as a conda package, of which the form's claims say nothing.
    if (sdist !== null && sdist.format !== '.tar.bz2') return { project: claimed, version: sdist.version };
    throw invalid(`"${fileName}" is not the file name of a wheel, nor of a source distribution of ${claimed}`);
  }
  const parsed = parseWheelFileName(fileName);
  if (!parsed.ok) throw invalid(`"${fileName}" ${parsed.message}`);
  if (parsed.wheel.project === claimed) return parsed.wheel;
  throw invalid(`${fileName} is of the project ${parsed.wheel.project}, and the form says ${claimed}`);
}

const invalid = (message: string): GatehouseError =>
  new GatehouseError('upload.invalid', message, { hint: 'build it again, and upload what was built' });
