import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Question, Refusal } from '../answer.ts';

const digest = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('base64');

export function crc32Of(bytes: Uint8Array): string {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(bytes));
  return four.toString('base64');
}

const checksums: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  'x-amz-checksum-crc32': crc32Of,
  'x-amz-checksum-sha1': (bytes) => digest('sha1', bytes),
  'x-amz-checksum-sha256': (bytes) => digest('sha256', bytes),
};

/**
 * The bytes a request carries, out of the frames the SDK puts them in when it streams (`aws-chunked`), held against
 * every checksum that came with them, before or behind.
 */
export function payloadOf({ headers, body }: Question): Buffer {
  const isFramed = headers['x-amz-content-sha256']?.startsWith('STREAMING-') ?? false;
  const { bytes, trailer } = isFramed ? unframed(body) : { bytes: body, trailer: {} };
  const announced = headers['x-amz-decoded-content-length'];
  if (announced !== undefined && Number(announced) !== bytes.length) throw new Refusal(400, 'IncompleteBody');
  const sha256 = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  if (/^[\da-f]{64}$/.test(sha256) && createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new Refusal(400, 'XAmzContentSHA256Mismatch');
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && digest('md5', bytes) !== md5) throw new Refusal(400, 'BadDigest');
  checkChecksums({ ...headers, ...trailer }, bytes);
  return bytes;
}

function checkChecksums(stated: Readonly<Record<string, string>>, bytes: Buffer): void {
  for (const [name, value] of Object.entries(stated)) {
    if (!/^x-amz-checksum-(?!algorithm|mode|type)/.test(name)) continue;
    const compute = checksums[name];
    if (compute === undefined) throw new Refusal(501, 'NotImplemented', `${name} is not known here`);
    if (compute(bytes) !== value) throw new Refusal(400, 'BadDigest', `The ${name} you specified did not match`);
  }
  const promised = stated['x-amz-trailer'];
  if (promised !== undefined && !(promised in stated)) throw new Refusal(400, 'MalformedTrailerError');
}

/** Chunks of `size[;chunk-signature=...]`, each with its bytes, up to one of size 0; then headers. */
function unframed(body: Buffer): { bytes: Buffer; trailer: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  const line = () => {
    const end = body.indexOf('\r\n', at);
    if (end < 0) throw new Refusal(400, 'IncompleteBody');
    const text = body.subarray(at, end).toString('latin1');
    at = end + 2;
    return text;
  };
  for (;;) {
    const size = Number.parseInt(line(), 16);
    if (!(size >= 0)) throw new Refusal(400, 'InvalidRequest', 'no chunk size');
    if (size === 0) break;
    if (at + size > body.length) throw new Refusal(400, 'IncompleteBody');
    chunks.push(body.subarray(at, at + size));
    at += size + 2;
  }
  const rest = body.subarray(at).toString('latin1').split('\r\n');
  const trailer = rest.flatMap((header) => {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(header) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  return { bytes: Buffer.concat(chunks), trailer: Object.fromEntries(trailer) };
}
