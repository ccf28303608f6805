import { z } from 'zod';
import { parseJson } from '../json/json.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { FetchResponse } from '../ports/fetch.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownUrl } from '../problems/shown-url.ts';
import { fetchDocument, type UpstreamWorld } from '../upstream/fetch-with-retry.ts';
import { once, readBounded } from '../upstream/read-body.ts';
import { readHtmlPage } from './html-page.ts';
import { readJsonPage } from './json-page.ts';
import type { PageAddress } from './page.ts';
import type { ProjectFile } from './project-file.ts';

const json = 'application/vnd.pypi.simple.v1+json';
const html = 'application/vnd.pypi.simple.v1+html';
const headers = { accept: `${json}, ${html};q=0.2, text/html;q=0.1` };

/** 64 MiB: the longest pages on PyPI have some 20 MB. */
const maxPageBytes = 64 * 1024 ** 2;

/** What tells how to read a page; kept before its bytes, on a line of its own. */
const headSchema = z.strictObject({ type: z.enum([json, html, 'text/html']), url: z.string() });
type Head = z.infer<typeof headSchema>;

/**
 * Reads the page of a project: JSON (PEP 691) where the index has it, else HTML (PEP 503). Of a folder (`file:`) it is
 * `NAME/index.json`, else `NAME/index.html`. A page that is unchanged since it was fetched last costs one round trip.
 *
 * @param index the index's URL, `https:`, `http:` or `file:`, with or without a slash at its end
 * @returns the wheels and source distributions there, in the page's order; null when the index has no such project
 * @throws GatehouseError `upstream.*`, or `json.invalid`, when there is no sound page; one without files is none
 */
export async function openProject(
  index: string,
  project: ProjectName,
  world: UpstreamWorld,
): Promise<readonly ProjectFile[] | null> {
  const url = `${index.replace(/\/+$/, '')}/${project}/`;
  if (!url.startsWith('file:')) return openPage(url, project, world);
  return (await openPage(`${url}index.json`, project, world)) ?? openPage(`${url}index.html`, project, world);
}

function openPage(url: string, project: ProjectName, world: UpstreamWorld): Promise<ProjectFile[] | null> {
  return fetchDocument<ProjectFile[]>({ url, headers }, world, {
    async fresh(response) {
      const head = { type: typeOf(response), url: response.url };
      const bytes = await readBounded(response.body, maxPageBytes, shownUrl(url));
      const files = readPage(bytes, head, { asked: url, project });
      // Only a sound page is kept.
      const kept = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]);
      await world.cache.put(url, response.header('etag'), once(kept));
      return files;
    },
    async kept(document) {
      const bytes = Buffer.from(await document.read(0, document.size));
      const end = bytes.indexOf('\n');
      const head = parseJson(bytes.subarray(0, end).toString(), headSchema, 'a cached page');
      return readPage(bytes.subarray(end + 1), head, { asked: url, project });
    },
  });
}

function readPage(bytes: Uint8Array, { type, url }: Head, of: Omit<PageAddress, 'url'>): ProjectFile[] {
  const text = new TextDecoder().decode(bytes);
  const read = type === json ? readJsonPage : readHtmlPage;
  return read(text, { ...of, url });
}

/**
 * By the exact types of PEP 691, as pip and uv hold indexes to them: what calls itself something else is not read.
 *
 * @throws GatehouseError `upstream.body`
 */
function typeOf({ url, header }: FetchResponse): Head['type'] {
  if (url.startsWith('file:')) return url.endsWith('.json') ? json : 'text/html';
  const said = header('content-type') ?? '';
  const type = headSchema.shape.type.safeParse(said.split(';', 1)[0]?.trim().toLowerCase());
  if (type.success) return type.data;
  const detail = `${shownUrl(url)} answered with the Content-Type "${said}", which no page of a package index has`;
  throw new GatehouseError('upstream.body', detail, { hint: 'Is this a Python package index, by its /simple/ URL?' });
}
