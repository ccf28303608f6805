/** A kind of secret: how it starts, which is what is searched for, and what it must look like as a whole. */
interface SecretShape {
  readonly kind: string;
  readonly starts: readonly string[];
  /** Held against text from 40 characters before the start to 216 behind it. */
  readonly whole: RegExp;
}

/** As GitHub's, AWS's and PyPI's own documentation has them; an example key of AWS's ends in `EXAMPLE`. */
const shapes: readonly SecretShape[] = [
  {
    kind: 'private-key',
    starts: ['PRIVATE KEY'],
    whole:
      /-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----[\s"'+,\\nr]{0,40}(?:Proc-Type|Version:|Comment:|[A-Za-z0-9+/]{40})/,
  },
  {
    kind: 'aws-key',
    starts: ['AKIA', 'ASIA'],
    whole: /(?<![A-Za-z0-9+/])A[KS]IA[0-9A-Z]{16}(?<!EXAMPLE)(?![A-Za-z0-9+/])/,
  },
  {
    kind: 'github-token',
    starts: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    whole: /(?<!\w)gh[pousr]_[A-Za-z0-9]{36,}/,
  },
  { kind: 'github-token', starts: ['github_pat_'], whole: /(?<!\w)github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}/ },
  { kind: 'pypi-token', starts: ['pypi-AgE'], whole: /(?<!\w)pypi-AgE[\w-]{50,}/ },
];

/** What a path says by itself: settings with passwords, and a repository with all its history. */
const secretPaths: readonly { readonly kind: string; readonly path: RegExp }[] = [
  { kind: 'env-file', path: /(?:^|\/)\.env$/ },
  { kind: 'git-folder', path: /(?:^|\/)\.git\// },
];

/** The kind of secret that a file of this path is; null for what its path does not tell. */
export const secretOfPath = (path: string): string | null =>
  secretPaths.find((one) => one.path.test(path))?.kind ?? null;

const before = 40;
const behind = 216;
const startBytes = 4;

/**
 * How far the search may step from a pair of bytes: they are the third and fourth of a start, or the second and third,
 * or the first two, or none of these. One table for all starts: searching for each by itself costs eleven times as much.
 */
const steps = new Uint8Array(65_536).fill(startBytes - 1);
/** What is searched for, by its first four bytes. */
const byStart = new Map<number, SecretShape>();

for (const shape of shapes) {
  for (const start of shape.starts) {
    const bytes = Buffer.from(start);
    byStart.set(bytes.readUInt32BE(0), shape);
    for (let at = 0; at + 1 < startBytes; at++) {
      const pair = bytes.readUInt16BE(at);
      steps[pair] = Math.min(steps[pair] ?? 0, startBytes - 2 - at);
    }
  }
}

/** How many starts of secrets are still looked at, in all files of an archive together. */
export interface SecretTries {
  left: number;
}

/** Each costs half a microsecond: 8 GiB of nothing but starts would take a quarter of an hour. Base64 has one in a MiB. */
export const maxSecretTries = 1_000_000;

/**
 * Looks for secrets in bytes that come in slices, also across their bounds. Memory is the slice before and 512 bytes.
 *
 * @param found told the kind, as often as one is met; `too-many-starts` once no more of them are looked at
 */
export function secretSearch(found: (kind: string) => void, tries: SecretTries): (bytes: Uint8Array) => void {
  let tail: Uint8Array = new Uint8Array();
  return (bytes) => {
    if (tail.length > 0) searchSecrets(Buffer.concat([tail, bytes.subarray(0, before + behind)]), found, tries);
    searchSecrets(bytes, found, tries);
    const isEnough = tail.length === 0 || bytes.length >= before + behind;
    tail = (isEnough ? bytes : Buffer.concat([tail, bytes])).subarray(-before - behind);
  };
}

function searchSecrets(bytes: Uint8Array, found: (kind: string) => void, tries: SecretTries): void {
  for (let at = startBytes - 1; at < bytes.length && tries.left > 0; ) {
    const step = steps[((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0)] ?? 1;
    if (step === 0) tryStart(bytes, at - startBytes + 1, found, tries);
    at += step || 1;
  }
}

function tryStart(bytes: Uint8Array, at: number, found: (kind: string) => void, tries: SecretTries): void {
  const kind = secretAt(bytes, at);
  if (kind !== null) found(kind);
  if (--tries.left === 0) found('too-many-starts');
}

function secretAt(bytes: Uint8Array, at: number): string | null {
  const start =
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>>
    0;
  const shape = byStart.get(start);
  if (shape === undefined) return null;
  const around = bytes.subarray(Math.max(0, at - before), at + behind);
  return shape.whole.test(Buffer.from(around.buffer, around.byteOffset, around.length).toString('latin1'))
    ? shape.kind
    : null;
}
