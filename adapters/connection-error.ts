import { GatehouseError } from '../core/problems/error.ts';
import { shownUrl } from '../core/problems/shown-url.ts';
import { systemErrorCode } from './system-error.ts';

const untrustedHint =
  'Is it signed by an authority of your own, or by a proxy that reads along? Name the file of its certificate: SSL_CERT_FILE=/path/to/ca.pem (docs/networks.md).';

/** What OpenSSL and Node say of a certificate that does not count, and what to do about it. */
const certificateHints: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Whoever runs the server must renew it; or the clock of this machine is wrong.',
  CERT_NOT_YET_VALID: 'The clock of this machine, or of who signed it, is wrong.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The server is not who the URL names, or its certificate lacks that name.',
  CERT_REVOKED: 'Whoever runs the server must get another.',
  ...Object.fromEntries(
    [
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'CERT_SIGNATURE_FAILURE',
      'CERT_UNTRUSTED',
      'CERT_REJECTED',
      'INVALID_CA',
      'INVALID_PURPOSE',
      'PATH_LENGTH_EXCEEDED',
      'CERT_CHAIN_TOO_LONG',
    ].map((code) => [code, untrustedHint]),
  ),
};

/** A connection that did not come about, or broke before it answered: only what may pass by itself is to be tried again. */
export function connectionError(cause: Error, url: URL, proxy: URL | null): GatehouseError {
  if (cause instanceof GatehouseError) return cause;
  const hint = certificateHints[systemErrorCode(cause) ?? ''];
  if (hint !== undefined) {
    // Behind a semicolon Node names an option of its own.
    const message = `the certificate of ${url.host} does not count: ${cause.message.split(';', 1)[0]}`;
    return new GatehouseError('upstream.unreachable', message, { hint, cause });
  }
  const status = 'statusCode' in cause ? Number(cause.statusCode) : null;
  // Of an answer that is no HTTP Node makes NaN.
  if (proxy !== null && status !== null && Number.isInteger(status)) return proxyRefusal(status, url, proxy);
  const by = proxy === null ? '' : ` by the proxy ${proxy.host}`;
  const message = `no answer from ${shownUrl(url.href)}${by} (${cause.message})`;
  return new GatehouseError('upstream.unreachable', message, { retry: true, cause });
}

/** What a proxy answers in place of the server. */
export function proxyRefusal(status: number, url: URL, proxy: URL): GatehouseError {
  if (status !== 407) {
    const message = `the proxy ${proxy.host} does not lead to ${url.host} (status ${status})`;
    return new GatehouseError('upstream.unreachable', message, { retry: status === 429 || status >= 500 });
  }
  const has = proxy.username !== '' || proxy.password !== '';
  const message = `the proxy ${proxy.host} ${has ? 'refuses the user and password of its URL' : 'wants a user and a password'} (status 407)`;
  const hint = 'Write them into the variable that names the proxy, before its host, as docs/networks.md shows.';
  return new GatehouseError('upstream.unreachable', message, { hint });
}
