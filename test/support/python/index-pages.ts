import { memoryCache } from '../../../adapters/cache-memory.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import type { Fetch } from '../../../core/ports/fetch.ts';
import { openProject } from '../../../core/python-index/open-project.ts';
import { upstreamWorld } from '../upstream/upstream-world.ts';

export const json = 'application/vnd.pypi.simple.v1+json';
export const html = 'text/html';
/** Of some file. */
export const sha256 = sha256Of('some file');

/** A page of an index as it is answered. */
export interface Page {
  readonly type: string;
  readonly body: string | Uint8Array;
  /** After redirects. */
  readonly url?: string;
}

export const page = (type: string, body: Page['body']): Page => ({ type, body });

/** A wheel of `demo` as a page in JSON lists it. */
export const wheel = {
  filename: 'demo-1.0-py3-none-any.whl',
  url: '/files/demo-1.0-py3-none-any.whl',
  hashes: { sha256 },
};
export const jsonPage = (files: readonly object[], more = {}) =>
  page(json, JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'demo', files, ...more }));
export const anchor = (attributes: string, text = 'demo-1.0-py3-none-any.whl') => `<a ${attributes}>${text}</a>`;
export const htmlPage = (...lines: string[]) =>
  page(html, `<!DOCTYPE html><html><body>${lines.join('\n')}</body></html>`);
/** The same in HTML. */
export const plain = anchor(`href="../../files/demo-1.0-py3-none-any.whl#sha256=${sha256}"`);

/** An index that has one page, whose ETag is `"1"`. */
export function indexOf(answer: Page | number) {
  const requests: { url: string; accept?: string | undefined; etag?: string | undefined }[] = [];
  const fetch: Fetch = async (url, { accept, 'if-none-match': etag }) => {
    requests.push({ url, accept, ...(etag !== undefined && { etag }) });
    if (typeof answer === 'number') return { status: answer, url, header: () => null, body: slices('') };
    const status = etag === '"1"' ? 304 : 200;
    const known = new Map([
      ['content-type', answer.type],
      ['etag', '"1"'],
    ]);
    const header = (name: string) => known.get(name) || null;
    return { status, url: answer.url ?? url, header, body: slices(status === 200 ? answer.body : '') };
  };
  return { fetch, requests };
}

async function* slices(body: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

export const project = projectNameSchema.parse('demo');
export const index = 'https://index.example/simple';

/** Reads the one page of an index, as that of `demo`. */
export const openDemo = (answer: Page | number, cache = memoryCache()) =>
  openProject(index, project, upstreamWorld(indexOf(answer).fetch, cache));
