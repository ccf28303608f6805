import { type GateVerdict, keyOfVerdict } from '../../../core/documents/gate/verdict.ts';
import { simpleFileId } from '../../../core/documents/simple/simple-plan.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { fileProvenanceKey, type ObjectKey, simpleFileKey, simpleMetadataKey } from '../../../core/layout/keys.ts';
import { sha256Of, startDigests } from '../../../core/names/digest.ts';
import type { DistributionFileName } from '../../../core/names/distribution-file-name.ts';
import type { ProjectName } from '../../../core/names/project-name.ts';
import type { Metadata } from '../../../core/ports/store.ts';
import { wheelName } from '../../support/python/build-wheel.ts';

/** Bytes of the simulation, and what is noted beside them. */
interface Noted {
  readonly bytes: Uint8Array;
  readonly metadata: Metadata;
}

/** A wheel of the simulation: a few bytes that nobody opens, and all that is ever said about them. */
export interface SimulatedWheel extends Noted {
  readonly project: ProjectName;
  readonly fileName: DistributionFileName;
  readonly key: ObjectKey;
  readonly sha256: string;
  readonly beside: { readonly key: ObjectKey; readonly bytes: Uint8Array; readonly sha256: string };
  readonly provenance: { readonly key: ObjectKey; readonly bytes: Uint8Array };
  /** That the gate let it in: written before all else, since nobody could judge these bytes. */
  readonly verdict: { readonly key: ObjectKey; readonly bytes: Uint8Array };
  /** Other bytes under its name, which someone puts there by hand when the true ones are gone. */
  readonly impostor: Noted;
}

function simulatedWheel(name: string): SimulatedWheel {
  const { project, fileName, version } = wheelName(name);
  const [bytes, metadata] = [Buffer.from(`the wheel ${name}`), Buffer.from(`the metadata of ${name}`)];
  const [sha256, metadataSha256] = [sha256Of(bytes), sha256Of(metadata)];
  const provenance = {
    version: 1,
    project,
    fileName,
    sha256,
    size: bytes.length,
    release: version.text,
    metadataSha256,
    requiresPython: '>=3.8',
    uploadTime: '2026-01-02T03:04:05Z',
    origin: { type: 'index', index: 'https://up/simple', url: `https://up/${name}` },
    findings: [],
    firstSeen: 1,
  };
  const id = simpleFileId({ project, fileName });
  const verdict: GateVerdict = {
    ...{ version: 1, id, sha256, size: bytes.length, origin: 'index', verdict: 'pass', checks: [], waivers: [] },
    ...{ published: null, facts: null, previous: null, request: null, judgedAt: 1, judgedBy: '0.0.0' },
  };
  return {
    project,
    fileName,
    key: simpleFileKey(project, fileName),
    sha256,
    ...noted(bytes),
    beside: { key: simpleMetadataKey(project, fileName), bytes: metadata, sha256: metadataSha256 },
    provenance: {
      key: fileProvenanceKey(project, fileName, sha256),
      bytes: Buffer.from(canonicalJson(provenance)),
    },
    verdict: { key: keyOfVerdict(id, sha256), bytes: Buffer.from(canonicalJson(verdict)) },
    impostor: noted(Buffer.from(bytes).fill('!')),
  };
}

function noted(bytes: Uint8Array): Noted {
  const digests = startDigests();
  digests.update(bytes);
  const { sha256, md5 } = digests.finish();
  return { bytes, metadata: { sha256, md5 } };
}

/** Told apart by number, the same in every run. */
export const simulatedWheels: readonly SimulatedWheel[] = [
  'one-1.0-py3-none-any.whl',
  'two-1.0-py3-none-any.whl',
  'one-2.0-py3-none-any.whl',
  'two-2.0-py3-none-any.whl',
].map(simulatedWheel);
