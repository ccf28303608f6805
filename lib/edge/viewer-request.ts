import { encodePath, route } from '../../core/layout/route.ts';

/*
 * Runs in CloudFront's JavaScript runtime 2.0: the language core/layout/route.ts says.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
 */

interface Header {
  readonly value: string;
}

export interface ViewerRequest {
  readonly method: string;
  /** As it was sent: percent-encoded, without its query. */
  uri: string;
  /** Each with a value, or a list of them. */
  querystring: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, Header>>;
}

export interface ViewerResponse {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: Readonly<Record<string, Header>>;
}

const unkept: Header = { value: 'no-cache' };

/** No client may take what is denied for what is absent: conda reads 403 as an empty subdir, pixi stops at it. */
const refusals: Readonly<Record<401 | 404 | 405, ViewerResponse>> = {
  401: {
    statusCode: 401,
    statusDescription: 'Unauthorized',
    headers: { 'cache-control': unkept, 'www-authenticate': { value: 'Basic realm="conda"' } },
  },
  404: { statusCode: 404, statusDescription: 'Not Found', headers: { 'cache-control': unkept } },
  405: {
    statusCode: 405,
    statusDescription: 'Method Not Allowed',
    headers: { 'cache-control': unkept, allow: { value: 'GET, HEAD' } },
  },
};

/**
 * The request for the key that the URL leads to, so that the key is what is cached; or the answer for no key.
 *
 * @param name of the channel
 */
export function viewerRequest(
  event: { readonly request: ViewerRequest },
  name: string,
): ViewerRequest | ViewerResponse {
  const request = event.request;
  const accept = request.headers['accept'];
  const asked = { method: request.method, uri: request.uri, accept: accept === undefined ? undefined : accept.value };
  const found = route(asked, name);
  if (found.status === 301) return redirect(found.location);
  if (found.status !== 'key') return refusals[found.status];
  request.uri = `/${encodePath(found.key)}`;
  request.querystring = {};
  return request;
}

/** Without a host, which only the client knows; and without the query, which no key has. */
const redirect = (location: string): ViewerResponse => ({
  statusCode: 301,
  statusDescription: 'Moved Permanently',
  headers: { 'cache-control': unkept, location: { value: location } },
});
