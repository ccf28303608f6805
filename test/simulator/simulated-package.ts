import type { GateVerdict } from '../../core/documents/gate/verdict.ts';
import { provenanceSchema } from '../../core/documents/provenance.ts';
import { packageThatLies } from '../../core/gate/door/lying-file.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { type ObjectKey, packageKey, provenanceKey } from '../../core/layout/keys.ts';
import { sha256Of, startDigests } from '../../core/names/digest.ts';
import { type PackageFileName, packageFileNameSchema } from '../../core/names/package-file-name.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { bytesSource } from '../../core/ports/byte-source.ts';
import type { Metadata } from '../../core/ports/store.ts';
import { type RepodataRecord, recordSchema } from '../../core/record/record.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import { testGate } from '../support/gate/test-gate.ts';
import { memoryStore } from '../twins/store-memory.ts';

export const channel = 'conda';
export const subdir = subdirSchema.parse('linux-64');

/**
 * `upstream` came with a provenance, and digests in its metadata, so that nobody opens its bytes; `copied` is a true
 * archive put there by hand, with neither; `poison` has neither and is no archive; `held` is a true archive put there by hand
 * with a script that the gate does not let in.
 */
export type PackageKind = 'upstream' | 'copied' | 'poison' | 'held';

/** A package of the simulation: a few bytes, and all that is ever said about them. */
export interface SimulatedPackage {
  readonly filename: PackageFileName;
  readonly kind: PackageKind;
  readonly key: ObjectKey;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly metadata: Metadata;
  readonly record: RepodataRecord;
  /** Written before the bytes; absent when nobody knew about them. */
  readonly provenance?: { readonly key: ObjectKey; readonly bytes: Uint8Array };
  /** What the gate finds of its true bytes; null of what cannot be read. Whoever fetches writes it before the provenance. */
  readonly verdict: GateVerdict | null;
  /** Other bytes under its name, which someone puts there by hand when the true ones are gone. */
  readonly impostor: { readonly bytes: Uint8Array; readonly metadata: Metadata };
}

/** Packages of a scenario are told apart by number, the same in every run. */
export const packageNumbers = [0, 1, 2] as const;

async function simulatedPackage(number: number, kind: PackageKind): Promise<SimulatedPackage> {
  const format = number % 2 === 0 ? '.conda' : '.tar.bz2';
  const filename = packageFileNameSchema.parse(`p${number}-1.0-0${format}`);
  const facts = { name: `p${number}`, version: '1.0', build: '0', build_number: 0 };
  const archived = { ...facts, subdir, depends: [], format } as const;
  const files = kind === 'held' ? [{ path: `bin/.p${number}-post-link.sh`, content: 'true' }] : [];
  const bytes = kind === 'poison' ? Buffer.from('no archive') : (await buildPackage({ ...archived, files })).bytes;
  const { digests, metadata } = described(bytes);
  const record = recordSchema.parse({ ...facts, ...digests });
  const origin = { type: 'upstream', channel: 'https://up', url: `https://up/${subdir}/${filename}` };
  const provenance = { version: 1, channel, subdir, filename, ...digests, origin, record, findings: [], firstSeen: 1 };
  const lying = { bytes: bytesSource(bytes), digests };
  const asked = packageThatLies(
    { subdir, filename },
    kind === 'upstream' ? provenanceSchema.parse(provenance) : null,
    lying,
  );
  const verdict = kind === 'poison' ? null : await testGate(memoryStore()).judge(asked);
  const entered = {
    key: provenanceKey(channel, subdir, filename, digests.sha256),
    bytes: Buffer.from(canonicalJson(provenance)),
  };
  const other = Buffer.from(bytes).fill('!');
  return {
    filename,
    kind,
    key: packageKey(channel, subdir, filename),
    bytes,
    sha256: digests.sha256,
    metadata: kind === 'upstream' ? metadata : {},
    record,
    verdict,
    ...(kind === 'upstream' && { provenance: entered }),
    impostor: { bytes: other, metadata: described(other).metadata },
  };
}

function described(bytes: Uint8Array) {
  const all = startDigests();
  all.update(bytes);
  const digests = all.finish();
  return { digests, metadata: { sha256: digests.sha256, md5: digests.md5 } };
}

const kinds: readonly PackageKind[] = ['upstream', 'copied', 'poison', 'held'];
const made = new Map<string, SimulatedPackage>();
for (const number of packageNumbers)
  for (const kind of kinds) made.set(`${kind} ${number}`, await simulatedPackage(number, kind));

export function packageOf(number: number, kind: PackageKind): SimulatedPackage {
  const found = made.get(`${kind} ${number}`);
  if (found === undefined) throw new RangeError(`no ${kind} package ${number}`);
  return found;
}

export const isSegmentOf = (name: string, bytes: Uint8Array): boolean => sha256Of(bytes) === name;
