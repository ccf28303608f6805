import type { GateVerdict } from '../../../core/documents/gate/verdict.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import type { Store } from '../../../core/ports/store.ts';
import { key } from '../store/objects.ts';

/** Lays the provenance of a package at rest, as a fetch would, and its bytes (no sound ones) at its address. */
export async function entered({ id, sha256 }: GateVerdict, store: Store, origin: object = upstream): Promise<void> {
  const [subdir, filename] = id.split('/');
  const provenance = {
    ...{ version: 1, channel: 'conda', subdir, filename, sha256, md5: '0'.repeat(32), size: 3, origin, findings: [] },
    record: { name: 'p1', version: '1.0', build: '0', build_number: 0, depends: [] },
    firstSeen: 1_790_000_000_000,
  };
  const bytes = Buffer.from(canonicalJson(provenance));
  await store.put(key(`_gatehouse/provenance/conda/${id}/${sha256}.json`), bytes);
  await store.put(key(`conda/${id}`), Buffer.from('pkg'));
}

const upstream = {
  type: 'upstream',
  channel: 'https://conda.example/forge',
  url: 'https://conda.example/forge/noarch/p1-1.0-0.conda',
};

/** An index of one subdir that lists these files and no others. */
export async function listedIn(subdir: string, verdicts: readonly GateVerdict[], store: Store): Promise<void> {
  const record = { name: 'p1', version: '1.0', build: '0', build_number: 0, depends: [] };
  const records = verdicts.map(({ id, sha256 }) => [id.slice(subdir.length + 1), { ...record, sha256 }]);
  const index = { packages: {}, 'packages.conda': Object.fromEntries(records) };
  await store.put(key(`conda/${subdir}/repodata.json`), Buffer.from(canonicalJson(index)));
}
