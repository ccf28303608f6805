import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

/** A key and a certificate, as PEM. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

interface CertificateOptions {
  /** Its authority; without one it signs itself. */
  readonly by?: Certified & { readonly name: string };
  /** Host names and IPv4 addresses; an authority has none. */
  readonly hosts?: readonly string[];
  /** The last day it counts; ten years from now without it. */
  readonly until?: Date;
}

/** An X.509 certificate (RFC 5280) of a P-256 key, made here and now: none lies in the repository to run out. */
export function makeCertificate(name: string, { by, hosts = [], until }: CertificateOptions = {}): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const years = (count: number) => count * 365 * 24 * 60 * 60 * 1000;
  const validity = [time(new Date(now - years(20))), time(until ?? new Date(now + years(10)))];
  const extensions = hosts.length === 0 ? [authority] : [alternativeNames(hosts)];
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.of(1, ...randomBytes(8))),
    ecdsaWithSha256,
    distinguished(by?.name ?? name),
    sequence(...validity),
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, by?.key ?? privateKey);
  const der = sequence(body, ecdsaWithSha256, tagged(0x03, Buffer.of(0), signature));
  return { key: pem(privateKey), cert: new X509Certificate(der).toString() };
}

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => tagged(0x30, ...parts);
const integer = (bytes: Uint8Array) => tagged(0x02, bytes);
const octets = (bytes: Uint8Array) => tagged(0x04, bytes);
const identifier = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
const time = (date: Date) => tagged(0x18, Buffer.from(date.toISOString().replace(/\.\d+|[-:T]/g, '')));

const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));
const isTrue = tagged(0x01, Buffer.of(0xff));
/** Basic constraints, critical: it may sign others. */
const authority = sequence(identifier('551d13'), isTrue, octets(sequence(isTrue)));

const distinguished = (name: string) =>
  sequence(tagged(0x31, sequence(identifier('550403'), tagged(0x0c, Buffer.from(name)))));

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    /^[\d.]+$/.test(host) ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host)),
  );
  return sequence(identifier('551d11'), octets(sequence(...names)));
}
