import type { CheckResult, GateFacts } from '../../documents/gate/verdict.ts';
import { digestStream } from '../../names/digest.ts';
import { chunksOf } from '../../ports/byte-source.ts';
import type { ContentsCheck, GateCandidate, GateCheckWorld } from '../check.ts';
import { readContents } from '../contents/read-contents.ts';
import { refusalFiring } from '../contents/refusal.ts';
import { factsOf } from '../facts/facts-of.ts';
import type { AtTheDoor } from '../gate.ts';
import type { Reading } from '../reading.ts';
import { askContentsChecks } from './ask-checks.ts';

/** What the bytes of a file say. */
export interface OfBytes {
  readonly reading: Reading;
  /** Of each check, in its place. */
  readonly results: readonly CheckResult[];
  /** Null of what could not be read. */
  readonly facts: GateFacts | null;
}

/**
 * Reads a file whole, and asks these checks of it.
 *
 * @throws GatehouseError `store.*` where the bytes cannot be had
 */
export async function askOfBytes(
  file: AtTheDoor,
  checks: readonly ContentsCheck[],
  world: GateCheckWorld,
): Promise<OfBytes> {
  const { digests, bytes, request, isServed = false, ...known } = file;
  const fileName = file.id.slice(file.id.lastIndexOf('/') + 1);
  const reading = (await otherBytes(file)) ?? (await readContents({ kind: file.kind, fileName, bytes }));
  if (reading.status !== 'read') return { reading, results: unread(reading, file.kind, checks), facts: null };
  const { sha256, size } = digests;
  const candidate: GateCandidate = { ...known, isServed, sha256 };
  const facts = factsOf(reading.contents, candidate);
  const subject = { ...candidate, projects: facts.projects, sha256, size, reading, facts };
  return { reading, results: await askContentsChecks(checks, subject, world), facts };
}

/**
 * An object's metadata says its digests, and whoever lays one there writes that: sound bytes that claim the sha256 of others
 * would bring those a verdict. What was staged was hashed as it came.
 */
async function otherBytes({ bytes, digests }: AtTheDoor): Promise<Extract<Reading, { status: 'failed' }> | null> {
  if (bytes.metadata?.['sha256'] === undefined) return null;
  const { sha256 } = await digestStream(chunksOf(bytes));
  if (sha256 === digests.sha256) return null;
  return { status: 'failed', detail: `its object says that it has sha256 ${digests.sha256}, and it has ${sha256}` };
}

/** What could not be read to its end is out, by the check that owns the refusal: the others had nothing to look at. */
function unread(
  reading: Exclude<Reading, { status: 'read' }>,
  kind: GateCandidate['kind'],
  checks: readonly ContentsCheck[],
): CheckResult[] {
  const owned = reading.status === 'refused' ? refusalFiring(reading, kind) : broken(reading.detail);
  const others = checks.filter(({ id }) => id !== owned.id);
  const version = checks.find(({ id }) => id === owned.id)?.version ?? 1;
  return [
    { id: owned.id, version, firings: [owned.firing] },
    ...others.map((check) => ({ id: check.id, version: check.version, firings: [] })),
  ];
}

const broken = (detail: string): ReturnType<typeof refusalFiring> => ({
  id: 'A4',
  firing: { code: 'A4.error', verdict: 'error', detail },
});
