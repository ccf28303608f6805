import type { Advisory } from '../../advisories/advisory.ts';
import { type Affected, affects } from '../../advisories/affects.ts';
import type { ProjectRelease } from '../../documents/gate/verdict.ts';
import { isReserved } from '../../names/reserved-names.ts';
import type { GateCandidate, GateCheckWorld } from '../check.ts';

/** An advisory in force about a release that a file is, or holds. */
export interface AdvisoryHit {
  readonly advisory: Advisory;
  readonly release: ProjectRelease;
  readonly affected: Exclude<Affected, 'no'>;
}

/**
 * The advisories about a file, but for those that were withdrawn, and for those about names that are the organisation's own:
 * what others have of that name on PyPI is another project.
 */
export function advisoryHits(
  { projects }: Pick<GateCandidate, 'projects'>,
  { advice, reserved }: Pick<GateCheckWorld, 'advice' | 'reserved'>,
): AdvisoryHit[] {
  if (advice.status !== 'known') return [];
  const others = projects.filter(({ project }) => !isReserved(project, reserved));
  return others.flatMap((release) =>
    advice.of(release.project).flatMap((advisory): AdvisoryHit[] => {
      if (advisory.withdrawn !== null) return [];
      const affected = affects(advisory, release.version);
      return affected === 'no' ? [] : [{ advisory, release, affected }];
    }),
  );
}

const maxShown = 5;

/** `GHSA-…, PYSEC-… and 3 more are about x 1.0: what the first says`. */
export function shownHits(hits: readonly AdvisoryHit[]): string {
  const ids = [...new Set(hits.map(({ advisory }) => advisory.id))];
  const more = ids.length > maxShown ? ` and ${ids.length - maxShown} more` : '';
  const [first] = hits;
  const of = first === undefined ? '' : `${first.release.project} ${first.release.version ?? '(any version)'}`;
  const summary = first?.advisory.summary ?? '';
  return `${ids.slice(0, maxShown).join(', ')}${more}, of ${of}${summary === '' ? '' : `: ${summary}`}`;
}
