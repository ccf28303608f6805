import { noPatches, type Patches } from '../../documents/patches/hotfix.ts';
import { artifactId } from '../../documents/plan.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { usableRecords } from '../candidate-pool.ts';
import { patchRecords } from '../upstream-subdirs.ts';
import type { NamedRecords, UpstreamView } from '../upstream-view.ts';

export interface MadeBeside {
  /** Packages that could be made. */
  readonly made: readonly UpstreamRecord[];
  /** Whether the channels' records of a name will not do for something that is wanted of it. */
  lacks(name: string, ofChannels: readonly UpstreamRecord[]): boolean;
  /** The organisation's own hotfixes; none without it. */
  readonly patches?: Patches | undefined;
}

/**
 * The channels' records of a name, and beside them what could be made where they lack something. A name that a request wants
 * of one channel has that channel's records alone.
 */
export function besideMade(
  { named }: Pick<UpstreamView, 'named'>,
  { made, lacks, patches = noPatches }: MadeBeside,
): UpstreamView['named'] {
  const byName = Map.groupBy(made, ({ record }): string => record.name);
  return async (name, only) => {
    const ofChannels = await named(name, only);
    if (only !== undefined || !lacks(name, ofChannels.records)) return ofChannels;
    const added = usableNamed(byName.get(name) ?? [], patches);
    return {
      records: [...ofChannels.records, ...added.records],
      problems: [...ofChannels.problems, ...added.problems],
    };
  };
}

function usableNamed(made: readonly UpstreamRecord[], patches: Patches): NamedRecords {
  const { usable, faults } = usableRecords(patchRecords(made, patches));
  return { records: usable, problems: faults.map(({ placed, fault }) => ({ ...fault, subject: artifactId(placed) })) };
}
