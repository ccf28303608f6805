import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { GatehouseError } from '../core/problems/error.ts';
import { systemErrorCode } from './system-error.ts';

/** Whose certificates are trusted; made when it is first asked for, which takes a tenth of a second. */
export type Trusted = () => SecureContext;

const variables = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'] as const;

/**
 * Trusts Mozilla's authorities, which Node brings, those of `NODE_EXTRA_CA_CERTS`, which Node reads, those of the system's store, and those in
 * each file that a variable of OpenSSL, requests or curl names. A file adds to the rest and takes nothing away: whoever names his company's
 * authority still reads a public channel.
 *
 * What it returns throws GatehouseError `usage.invalid` naming the variable and the file that cannot be read.
 */
export function trustedBy(environment: NodeJS.ProcessEnv): Trusted {
  let context: SecureContext | undefined;
  return () => {
    if (context !== undefined) return context;
    const named = variables.flatMap((name) => certificatesIn(name, environment[name]));
    const ca = new Set([...named, ...getCACertificates('default'), ...getCACertificates('system')]);
    context = createSecureContext({ ca: [...ca] });
    return context;
  };
}

function certificatesIn(variable: string, path: string | undefined): string[] {
  if (!path) return [];
  const text = readText(variable, path);
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0 || !found.every(isCertificate))
    throw refused(variable, path, 'is no file of certificates (PEM)');
  return found;
}

function readText(variable: string, path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    throw refused(variable, path, `cannot be read (${systemErrorCode(cause)})`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

const refused = (variable: string, path: string, what: string): GatehouseError =>
  new GatehouseError('usage.invalid', `${variable} names ${path}, which ${what}`, {
    hint: `Name the file of your authority's certificates, each between BEGIN and END CERTIFICATE, or unset ${variable}.`,
  });
