import { defaultPolicy } from '../../../core/documents/gate/policy.ts';
import { askContentsChecks } from '../../../core/gate/ask-checks.ts';
import type { ContentsCheck, GateCheckWorld, Subject } from '../../../core/gate/check.ts';
import { readContents } from '../../../core/gate/contents/read-contents.ts';
import { contentsChecks } from '../../../core/gate/door/checks.ts';
import type { Contents, Reading } from '../../../core/gate/reading.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import type { ArchiveKind } from '../made-archives/make-file.ts';
import type { SeenMember } from './seen.ts';

/** What we make of a file: its members where the gate passes it, else the code by which it does not. */
export type OurReading =
  | { readonly code: null; readonly members: readonly SeenMember[] }
  | { readonly code: string; readonly members: null };

export interface FileToJudge {
  readonly kind: ArchiveKind;
  /** `linux-64/demo-1.0-0.conda`, or `simple/demo/demo-1.0.zip`. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

const gateKinds = {
  conda: 'package',
  'tar.bz2': 'package',
  wheel: 'wheel',
  'sdist.tar.gz': 'sdist',
  'sdist.tar.bz2': 'sdist',
  'sdist.zip': 'sdist',
} as const satisfies Record<ArchiveKind, Subject['kind']>;

const archiveChecks: readonly ContentsCheck[] = contentsChecks.filter(({ id }) => /^[AF]\d/.test(id));

/**
 * Reads a file as the gate does, and asks its checks of archives and wheels (A and F), or others.
 *
 * @throws Error when a reader or a check breaks instead of refusing
 */
export async function ourReading({ kind, id, bytes }: FileToJudge, checks = archiveChecks): Promise<OurReading> {
  const fileName = id.slice(id.lastIndexOf('/') + 1);
  const reading = await readContents({ kind: gateKinds[kind], fileName, bytes: bytesSource(bytes) });
  if (reading.status === 'failed') throw new Error(`${id} broke a reader: ${reading.detail}`);
  if (reading.status === 'refused') return { code: reading.code, members: null };
  const results = await askContentsChecks(checks, subjectOf({ kind, id, bytes }, reading), world);
  const bad = results.flatMap(({ firings }) => firings).find(({ verdict }) => verdict !== 'warn');
  if (bad?.verdict === 'error') throw new Error(`${id} broke a check: ${bad.detail}`);
  if (bad) return { code: bad.code, members: null };
  return { code: null, members: seenMembers(reading.contents) };
}

const subjectOf = ({ kind, id, bytes }: FileToJudge, reading: Reading): Subject => ({
  ...{ kind: gateKinds[kind], id, name: 'demo', version: '1.0', origin: 'published', source: null, record: null },
  ...{ published: null, yanked: false, projectStatus: null, projects: [], isServed: false, facts: null },
  ...{ sha256: sha256Of(bytes), size: bytes.length, reading },
});

const world: GateCheckWorld = {
  policy: defaultPolicy,
  now: Date.UTC(2026, 0),
  advice: { status: 'none' },
  isFirst: false,
  previous: async () => null,
  isKnownScript: async () => false,
  knownNames: [],
  reserved: [],
};

const seenMembers = ({ members }: Contents): SeenMember[] =>
  [...members.values()].map(({ path, type, sha256, linkTarget }) => ({
    path,
    type,
    sha256: sha256 ?? '',
    linkTarget: linkTarget ?? '',
  }));
