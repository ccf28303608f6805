import { parseSpecifier } from '../names/pep440/specifier.ts';
import type { ProjectName } from '../names/project-name.ts';
import { firstPage } from './first-page.ts';
import type { PythonIndexes } from './python-indexes.ts';
import { chooseReleaseFiles } from './release-files.ts';

/**
 * A project's name as its author spells it (`ruamel.yaml`), in lowercase: by the metadata of its newest wheel. Null where
 * there is none.
 */
export async function authorsSpelling(
  urls: readonly string[],
  project: ProjectName,
  indexes: PythonIndexes,
): Promise<string | null> {
  const page = await firstPage(urls, project, indexes);
  const specifier = parseSpecifier('');
  if (page === null || specifier === null) return null;
  const chosen = chooseReleaseFiles(page.files, { project, specifier, unpack: false });
  if ('code' in chosen || chosen[0] === undefined) return null;
  const { metadata } = await indexes.wheel(chosen[0].file);
  return metadata.headers.all('Name')[0]?.toLowerCase() ?? null;
}
