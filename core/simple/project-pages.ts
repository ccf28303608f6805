import { compareCodePoints } from '../json/json.ts';
import { parseNamedFile } from '../names/named-file.ts';
import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import type { Pep440Version } from '../names/pep440/pep440-version.ts';
import { parseSpecifier } from '../names/pep440/specifier.ts';
import type { ProjectName } from '../names/project-name.ts';
import { GatehouseError } from '../problems/error.ts';
import { htmlPage, jsonPage, relativeUrl } from './page-text.ts';
import type { ListedFile } from './project-state.ts';

/**
 * A project's page in JSON (PEP 691, 700, 792): a function of its files, in whatever order they come.
 *
 * @param quarantined why there is none any more, where all were recalled
 */
export function projectJson(project: ProjectName, files: readonly ListedFile[], quarantined?: string): string {
  const released = inOrder(project, files);
  return jsonPage({
    name: project,
    // PEP 440 has 1.0 and 1.0.0 for one version.
    versions: released
      .map(({ version }) => version)
      .filter((version, i, all) => i === 0 || comparePep440(version, all[i - 1] ?? version) !== 0)
      .map(({ text }) => text),
    files: released.map(({ file }) => fileInJson(file)),
    'project-status': quarantined === undefined ? undefined : { status: 'quarantined', reason: oneLine(quarantined) },
  });
}

/** Never `dist-info-metadata`: pip 22.3 to 23.1 fail on every file that has it (https://github.com/pypa/pip/issues/12042). */
const fileInJson = (file: ListedFile) => ({
  filename: file.fileName,
  url: relativeUrl(file.fileName),
  hashes: { sha256: file.entered.sha256 },
  size: file.entered.size,
  'upload-time': file.entered.uploadTime,
  'core-metadata': file.entered.metadataSha256 === null ? undefined : { sha256: file.entered.metadataSha256 },
  'requires-python': requiresPythonOf(file),
  yanked: yankedOf(file),
});

/** The same page in HTML (PEP 503, 592, 658, 714, 792). */
export const projectHtml = (project: ProjectName, files: readonly ListedFile[], quarantined?: string): string =>
  htmlPage(
    `Links for ${project}`,
    inOrder(project, files).map(({ file }) => ({ text: file.fileName, attributes: attributesOf(file) })),
    quarantined === undefined
      ? []
      : [
          { name: 'pypi:project-status', content: 'quarantined' },
          { name: 'pypi:project-status-reason', content: oneLine(quarantined) },
        ],
  );

function attributesOf(file: ListedFile): Record<string, string> {
  const requiresPython = requiresPythonOf(file);
  const yanked = yankedOf(file);
  const { metadataSha256 } = file.entered;
  return {
    href: `${relativeUrl(file.fileName)}#sha256=${file.entered.sha256}`,
    ...(requiresPython !== undefined && { 'data-requires-python': requiresPython }),
    // Nor by its name of before PEP 714: pip 22.3 to 23.1, which read that one, refuse metadata that spells the project
    // otherwise than who asks for it (`Flask`, `flask`), and take the wheel where there is none.
    ...(metadataSha256 !== null && { 'data-core-metadata': `sha256=${metadataSha256}` }),
    ...(yanked !== undefined && { 'data-yanked': yanked === true ? '' : yanked }),
  };
}

/** What pip goes by before it reads the metadata; undefined for what it could not read, and for what asks nothing. */
function requiresPythonOf({ decided, entered }: ListedFile): string | undefined {
  const text = oneLine(decided.requiresPython ?? entered.requiresPython ?? '');
  return text !== '' && parseSpecifier(text) !== null ? text : undefined;
}

/** PEP 592. A reason without a character would be no yank to pip. */
function yankedOf({ decided: { yanked } }: ListedFile): string | true | undefined {
  return typeof yanked === 'string' ? oneLine(yanked) || true : yanked;
}

/** Upstream's text as both forms can hold it: whitespace and what acts on a terminal, where pip shows it, is a space. */
const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

interface Released {
  readonly version: Pep440Version;
  readonly file: ListedFile;
}

/** By version, then by name. */
const inOrder = (project: ProjectName, files: readonly ListedFile[]): Released[] =>
  files
    .map((file) => ({ file, version: versionOf(project, file) }))
    .sort((a, b) => comparePep440(a.version, b.version) || compareCodePoints(a.file.fileName, b.file.fileName));

function versionOf(project: ProjectName, { fileName }: ListedFile): Pep440Version {
  const release = parseNamedFile(project, fileName);
  if (release === null) throw new GatehouseError('internal.bug', `${fileName} is no file of ${project}`);
  return release.version;
}
