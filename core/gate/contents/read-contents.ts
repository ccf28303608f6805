import { createHash } from 'node:crypto';
import { collectFindings, type Report, refuse } from '../../archive/finding.ts';
import { defaultLimits, type ReadLimits } from '../../archive/limits.ts';
import type { TarMember } from '../../archive/tar/walk-tar.ts';
import { sha256Schema } from '../../names/digest.ts';
import { parseDistributionFileName } from '../../names/distribution-file-name.ts';
import { parsePackageFileName } from '../../names/package-file-name.ts';
import { type IndexJson, parseIndexJson } from '../../package/index-json.ts';
import { decodeUtf8 } from '../../package/package-info.ts';
import { type PackageWalk, walkPackage } from '../../package/walk-package.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import { GatehouseError } from '../../problems/error.ts';
import { wheelNameOf } from '../../python-index/stage-wheel.ts';
import { readSdistMetadata } from '../../sdist/read-sdist-metadata.ts';
import { readWheel } from '../../wheel/read-wheel.ts';
import type { GateCandidate } from '../check.ts';
import type { Contents, Reading } from '../reading.ts';
import { Gathering } from './gather-contents.ts';
import { textSearch } from './placeholder.ts';
import { splitCode } from './refusal.ts';

export interface FileToRead {
  readonly kind: GateCandidate['kind'];
  readonly fileName: string;
  readonly bytes: ByteSource;
}

/**
 * Reads a whole archive strictly, once, and gathers all that the checks go by. Memory is bounded by the limits' name bytes,
 * the texts that checks read (`textKeeper`) and one compressed block.
 *
 * @throws GatehouseError `store.*` where the bytes cannot be had: nothing is known of the file then
 */
export async function readContents(file: FileToRead, limits: ReadLimits = defaultLimits): Promise<Reading> {
  try {
    return { status: 'read', contents: await readers[file.kind](file, limits) };
  } catch (error) {
    if (error instanceof GatehouseError && error.code !== 'package.refused') throw error;
    if (error instanceof GatehouseError) return { status: 'refused', ...splitCode(error.message) };
    return { status: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}

const readers: Readonly<Record<GateCandidate['kind'], (file: FileToRead, limits: ReadLimits) => Promise<Contents>>> = {
  package: readPackage,
  wheel: readWheelFile,
  sdist: readSdist,
};

async function readPackage({ fileName: text, bytes }: FileToRead, limits: ReadLimits): Promise<Contents> {
  const fileName =
    parsePackageFileName(text) ?? refuse('A3.file-name', `${text} is not the name of a conda package's file`);
  const { report, list } = collectFindings();
  const gathering = new Gathering(limits.jsonBytes, report);
  const walk = { fileName, limits, report };
  for await (const member of walkPackage(bytes, walk)) await gather(member, gathering);
  if (gathering.unsearched.size > 0) await searchAgain(bytes, walk, gathering);
  const index = indexOf(gathering, fileName, report);
  return { ...gathered(gathering), findings: list(), index, wheel: null };
}

function indexOf({ texts }: Gathering, fileName: string, report: Report): IndexJson {
  const path = 'info/index.json';
  const bytes = texts.get(path) ?? refuse('A5.index', `${fileName} has no ${path}`);
  return parseIndexJson(decodeUtf8(bytes, path), `${path} of ${fileName}`, report);
}

async function gather(member: TarMember, gathering: Gathering): Promise<void> {
  const { path, type, mode, size, linkTarget = null, body } = member;
  if (type !== 'file') return gathering.add({ path, type, mode, size, linkTarget });
  const file = gathering.pass({ path, mode, size });
  const hash = createHash('sha256');
  for await (const bytes of body) {
    hash.update(bytes);
    file.see(bytes);
  }
  file.end(sha256Schema.parse(hash.digest('hex')));
}

/** In one of four real `.tar.bz2` the file that says what must occur in others comes behind them. */
async function searchAgain(
  bytes: ByteSource,
  walk: PackageWalk,
  { unsearched, lackPlaceholder }: Gathering,
): Promise<void> {
  for await (const { path, body } of walkPackage(bytes, { ...walk, report: () => {} })) {
    const placeholder = unsearched.get(path);
    if (placeholder === undefined) continue;
    const search = textSearch(placeholder);
    for await (const part of body) search.see(part);
    if (!search.isFound()) lackPlaceholder.push(path);
  }
}

async function readWheelFile({ fileName: text, bytes }: FileToRead, limits: ReadLimits): Promise<Contents> {
  const fileName = wheelNameOf(text);
  const gathering = new Gathering(limits.jsonBytes, () => {});
  const wheel = await readWheel(bytes, fileName, limits, (file) => gathering.pass(file));
  return { ...gathered(gathering), findings: wheel.findings, index: null, wheel };
}

async function readSdist({ fileName: text, bytes }: FileToRead, limits: ReadLimits): Promise<Contents> {
  const fileName = parseDistributionFileName(text) ?? refuse('A3.file-name', `${text} is not the name of an sdist`);
  const gathering = new Gathering(limits.jsonBytes, () => {});
  const { report, list } = collectFindings();
  await readSdistMetadata(bytes, fileName, limits, { observe: (file) => gathering.pass(file), report });
  return { ...gathered(gathering), findings: list(), index: null, wheel: null };
}

function gathered({ members, texts, tooLarge, unpacked, secrets, lackPlaceholder, paths }: Gathering) {
  return { members, texts, tooLarge, unpacked, secrets, lackPlaceholder, paths };
}
