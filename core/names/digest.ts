import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A sha256 as 64 lowercase hex digits. */
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'is not a sha256')
  .brand<'Sha256'>();
export type Sha256 = z.infer<typeof sha256Schema>;

/** An md5 as 32 lowercase hex digits. */
export const md5Schema = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'is not an md5')
  .brand<'Md5'>();

/** The three facts that a conda record states about a file's bytes, found in one pass. */
export interface Digests {
  readonly sha256: Sha256;
  readonly md5: z.infer<typeof md5Schema>;
  /** Bytes. */
  readonly size: number;
}

/** Starts to hash and count bytes that come slice by slice. */
export function startDigests(): { update(bytes: Uint8Array): void; finish(): Digests } {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let size = 0;
  return {
    update(bytes) {
      sha256.update(bytes);
      md5.update(bytes);
      size += bytes.length;
    },
    finish: () => ({ sha256: sha256Schema.parse(sha256.digest('hex')), md5: md5Schema.parse(md5.digest('hex')), size }),
  };
}

/** Digests a whole stream; memory is one slice. */
export async function digestStream(stream: AsyncIterable<Uint8Array>): Promise<Digests> {
  const digests = startDigests();
  for await (const bytes of stream) digests.update(bytes);
  return digests.finish();
}

/** Hashes bytes in memory, or a text's UTF-8. */
export function sha256Of(data: Uint8Array | string): Sha256 {
  return sha256Schema.parse(createHash('sha256').update(data).digest('hex'));
}
