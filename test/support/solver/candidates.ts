import { sha256Of } from '../../../core/names/digest.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { Candidate, CandidatePool } from '../../../core/ports/solver.ts';
import { normaliseRecord } from '../../../core/record/normalise-record.ts';
import type { RepodataRecord } from '../../../core/record/record.ts';

export type RecordKeys = Partial<Omit<RepodataRecord, 'name'>>;

/** A candidate, its record normal, from `name version build`, noarch unless `subdir` says otherwise. */
export function candidate(text: string, { subdir = 'noarch', ...keys }: RecordKeys = {}): Candidate {
  const [name, version, build = '0'] = text.split(' ');
  const normal = normaliseRecord({ name, version, build, build_number: 0, subdir, ...keys });
  if (!normal.ok) throw new Error(normal.detail);
  const { record } = normal;
  return { key: `${subdir}/${name}-${version}-${build}.conda`, record };
}

const linux = { __unix: '0', __linux: '5.10', __glibc: '2.28', __archspec: '1=x86_64' };

export interface PoolKeys {
  readonly platform?: string;
  readonly virtualPackages?: Readonly<Record<string, string>>;
}

/** A pool named after its contents whatever their order; linux-64 unless told. */
export function poolOf(candidates: readonly Candidate[], keys: PoolKeys = {}): CandidatePool {
  const { platform = 'linux-64', virtualPackages = linux } = keys;
  const contents = candidates.map((one) => JSON.stringify(one)).sort();
  return {
    id: sha256Of(JSON.stringify([platform, virtualPackages, contents])),
    platform: subdirSchema.parse(platform),
    candidates: Map.groupBy(candidates, ({ record }) => record.name),
    virtualPackages,
  };
}
