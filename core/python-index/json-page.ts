import { z } from 'zod';
import { parseJson } from '../json/json.ts';
import { parseProjectName } from '../names/project-name.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { checkStatus, checkVersion, filesOf, type PageAddress, type PageLink, pageSha256, wrongPage } from './page.ts';
import type { ProjectFile } from './project-file.ts';
import { withReleaseTimes } from './release-times.ts';

const hashesSchema = z.record(z.string(), z.string());

/**
 * A file of a page in JSON (PEP 691, 700, 714). Keys that are not named here may say anything; `dist-info-metadata` and
 * `data-dist-info-metadata` are slips that indexes made, and mean nothing.
 */
const fileSchema = z.object({
  filename: z.string(),
  url: z.string(),
  hashes: hashesSchema.nullish(),
  'requires-python': z.string().nullish(),
  yanked: z.union([z.boolean(), z.string()]).nullish(),
  size: z.int().nonnegative().nullish(),
  'upload-time': z.string().nullish(),
  'core-metadata': z.union([z.boolean(), hashesSchema]).nullish(),
  /** PEP 740. What is no URL is none. */
  provenance: z.string().max(2000).nullish().catch(null),
});

const pageSchema = z.object({
  meta: z.object({ 'api-version': z.string().optional() }).optional(),
  name: z.string().optional(),
  /** PEP 792. */
  'project-status': z.object({ status: z.string().optional() }).nullish(),
  files: z.array(fileSchema),
});

/**
 * Reads a project's page in JSON.
 *
 * @throws GatehouseError `upstream.body` as {@link filesOf}, for another project's page, and for a quarantined one's without files;
 *   `json.invalid` for what is no such page
 */
export function readJsonPage(text: string, page: PageAddress): ProjectFile[] {
  const read = parseJson(text, pageSchema, shownUrl(page.url));
  checkVersion(read.meta?.['api-version'], page);
  if (read.name !== undefined && parseProjectName(read.name) !== page.project) {
    throw wrongPage(page, `is the page of ${read.name}`);
  }
  const status = read['project-status']?.status;
  checkStatus(status, read.files, page);
  const links = read.files.map((file) => ({ ...linkOf(file), ...(status !== undefined && { projectStatus: status }) }));
  return withReleaseTimes(filesOf(links, page.url, page), page.project);
}

function linkOf(file: z.infer<typeof fileSchema>): PageLink {
  const metadata = file['core-metadata'] ?? false;
  return {
    name: file.filename,
    href: file.url,
    sha256: pageSha256(file.hashes?.['sha256']),
    size: file.size ?? null,
    requiresPython: file['requires-python'] || null,
    // pip takes a reason without a character for no yank.
    yanked: file.yanked || false,
    uploadTime: isoTime(file['upload-time']),
    metadata: typeof metadata === 'boolean' ? metadata : (pageSha256(metadata['sha256']) ?? true),
    ...(URL.canParse(file.provenance ?? '') && { attestations: file.provenance ?? '' }),
  };
}

const timeShape = /^(?:19[89]\d|20\d\d)-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/;

/**
 * PEP 700 has times in UTC, with `Z` and up to six decimals; what is none says nothing. One before 1970 fits no tar header,
 * and in milliseconds one before 1978 is read as seconds.
 */
function isoTime(text: string | null | undefined): string | null {
  const isTime = text != null && timeShape.test(text) && !Number.isNaN(Date.parse(text));
  return isTime ? text : null;
}
