import { readContents } from '../../../core/gate/contents/read-contents.ts';
import type { Contents, Reading } from '../../../core/gate/reading.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import type { MadeFile, MadeKind } from '../made-archives/make-file.ts';
import type { SeenMember } from './seen.ts';

/** What we make of a file: its members where the gate passes it, else the code by which it does not. */
export type OurReading =
  | { readonly code: null; readonly members: readonly SeenMember[] }
  | { readonly code: string; readonly members: null };

const candidateKinds = {
  conda: 'package',
  'tar.bz2': 'package',
  wheel: 'wheel',
  'sdist.tar.gz': 'sdist',
  'sdist.zip': 'sdist',
} as const satisfies Record<MadeKind, string>;

/** Reads a file as the gate does, and asks its checks of the archive. */
export async function ourReading({ kind, fileName, bytes }: Omit<MadeFile, 'tricks'>): Promise<OurReading> {
  const reading = await readContents({ kind: candidateKinds[kind], fileName, bytes: bytesSource(bytes) });
  if (reading.status === 'failed') throw new Error(`${fileName} crashed a reader: ${reading.detail}`);
  const code = firstBad(reading);
  if (code !== null || reading.status !== 'read') return { code: code ?? 'none', members: null };
  return { code: null, members: seenMembers(reading.contents) };
}

function firstBad(reading: Reading): string | null {
  if (reading.status === 'refused') return reading.code;
  if (reading.status !== 'read') return null;
  return reading.contents.findings.find(({ code }) => bad.test(code))?.code ?? null;
}
const bad = /^A10|^A11.set|^A12|^bzip2|^conda.deflated/;

const seenMembers = ({ members }: Contents): SeenMember[] =>
  [...members.values()].map(({ path, type, sha256, linkTarget }) => ({
    path,
    type,
    sha256: sha256 ?? '',
    linkTarget: linkTarget ?? '',
  }));
