import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** May answer a request itself, break it, or call `next` for the file. */
export type Intercept = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

export interface FolderServer {
  /** `http://127.0.0.1:PORT`, without a final `/`. */
  readonly url: string;
  /** Every request so far, in order of arrival: `GET /noarch/repodata.json`. */
  readonly requests: readonly string[];
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves a folder as a plain static web server does: GET and HEAD, strong ETags, `If-None-Match`, 404, a folder's
 * `index.html`. No ranges, no listing. For samples and tests; the channel itself is served by `serve/`.
 */
export async function serveFolder(
  folder: string,
  { intercept }: { readonly intercept?: Intercept } = {},
): Promise<FolderServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const next = () => void answer(folder, request, response).catch(() => response.destroy());
    intercept ? intercept(request, response, next) : next();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = await fileAt(folder, request.url ?? '/');
  if (found === null) return void response.writeHead(404).end();
  if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
  const { path, size, etag } = found;
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
  const type = path.endsWith('.html') ? 'text/html' : 'application/octet-stream';
  response.writeHead(200, { etag, 'content-length': size, 'content-type': type });
  if (request.method === 'HEAD') return void response.end();
  await pipeline(createReadStream(path), response);
}

/** The file a request's target names, or null when there is none or it would lie outside the folder. `size` is bytes. */
async function fileAt(folder: string, target: string) {
  const path = pathOf(folder, target);
  const found = path === null ? undefined : await stat(path, { bigint: true }).catch(() => undefined);
  if (path === null || !found?.isFile()) return null;
  return { path, size: Number(found.size), etag: `"${found.ino}-${found.mtimeNs}-${found.size}"` };
}

function pathOf(folder: string, target: string): string | null {
  const root = resolve(folder) + sep;
  try {
    const path = join(root, decodeURIComponent(target.split('?', 1)[0] ?? ''));
    if (!path.startsWith(root)) return null;
    return path.endsWith(sep) ? join(path, 'index.html') : path;
  } catch {
    return null; // a broken %-escape
  }
}
