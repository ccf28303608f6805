import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { GatehouseError } from '../core/error.ts';
import { shownUrl } from '../core/upstream/shown-url.ts';

export interface HttpAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds on a connection until the answer's head must be there. */
  readonly headMs: number;
}

/** One GET, no redirect followed: the answer's head, its body unread. Rejects with `upstream.unreachable` (retry). */
export function httpAnswer({ url, headers, headMs }: HttpRequest, agents: HttpAgents): Promise<IncomingMessage> {
  const what = shownUrl(url.href);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request =
    url.protocol === 'https:'
      ? https.request(url, { headers, agent: agents.https })
      : http.request(url, { headers, agent: agents.http });
  let timer: NodeJS.Timeout | undefined;
  // Waiting for a free connection is not the server's fault.
  request.on('socket', () => {
    timer = setTimeout(() => request.destroy(new Error(`nothing within ${headMs / 1000} s`)), headMs);
  });
  request.on('error', (cause) => {
    clearTimeout(timer);
    reject(
      new GatehouseError('upstream.unreachable', `no answer from ${what} (${cause.message})`, { retry: true, cause }),
    );
  });
  request.on('response', (answer) => {
    clearTimeout(timer);
    // An answer that is cut before its body is read must not be an error nobody listens to.
    answer.on('error', () => {});
    resolve(answer);
  });
  request.end();
  return promise;
}
