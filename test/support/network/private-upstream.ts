import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buildChannel } from '../../../local/sample/build-channel.ts';
import { type Intercept, serveFolder } from '../../../local/sample/serve-folder.ts';
import { small } from '../cli/start-lab.ts';
import { tlsServer } from './tls-server.ts';

/** The path that a request may have, or the status that it is refused with. */
export type Door = (request: IncomingMessage) => string | number;

export const open: Door = ({ url = '' }) => url;

export const wantsBasic =
  (pair: string): Door =>
  ({ url = '', headers }) =>
    headers.authorization === `Basic ${Buffer.from(pair).toString('base64')}` ? url : 401;

export const wantsToken =
  (token: string): Door =>
  ({ url = '' }) =>
    url.startsWith(`/t/${token}/`) ? url.slice(`/t/${token}`.length) : 401;

export const noShards: Door = ({ url = '' }) => (/shards/.test(url) ? 401 : url);

export interface PrivateUpstream extends AsyncDisposable {
  /** `https:`, of the company's authority. */
  readonly port: number;
  /** The same in clear. */
  readonly clearPort: number;
  /** `PATH AUTHORIZATION` by TLS, in order. */
  readonly requests: readonly string[];
  /** Decides on every request; may be replaced at any time. */
  door: Door;
}

/** A channel at `/channel` with `tool` and the `base` that it needs, in a folder; what else there is `intercept` answers. */
export async function privateUpstream(folder: string, intercept?: Intercept): Promise<PrivateUpstream> {
  await buildChannel(join(folder, 'channel'), [small('tool 1.0', ['base']), small('base 1.0')]);
  const files = await serveFolder(folder, intercept && { intercept });
  const answer = (asked: IncomingMessage, response: ServerResponse): void => {
    const path = upstream.door(asked);
    if (typeof path === 'number') return void response.writeHead(path).end();
    request(files.url + path, { headers: asked.headers }, (found) => {
      response.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(response);
    }).end();
  };
  const secure = await tlsServer(answer);
  const clear = await serveFolder(folder, { intercept: answer });
  const upstream: PrivateUpstream = {
    port: secure.port,
    clearPort: Number(new URL(clear.url).port),
    requests: secure.requests,
    door: open,
    async [Symbol.asyncDispose]() {
      await secure[Symbol.asyncDispose]();
      await Promise.all([clear.close(), files.close()]);
    },
  };
  return upstream;
}
