import type { ReadPackageInfo } from '../package/read-package-info.ts';
import type { RepodataRecord } from '../record/record.ts';
import { type PackageFacts, packageFacts } from './channel-facts.ts';
import { applyHotfix, type Hotfix } from './hotfix/hotfix.ts';

export interface LineParts extends PackageFacts {
  /** Null when the organisation's own hotfix takes the package out of the index: its line is `withdrawn`. */
  readonly record: RepodataRecord | null;
}

/** What control and provenance add to what a package says. */
export interface LineWorld {
  /** Milliseconds since the epoch; of the provenance, which is written once. */
  readonly firstSeen: number;
  readonly hotfix?: Hotfix | undefined;
}

/**
 * What a package's index line says: its record with the time it entered this channel (CEP 47: ours, whatever upstream
 * or the package say, and never patched) and with the organisation's own hotfix.
 *
 * @throws GatehouseError `json.invalid` when the hotfix has a value that does not fit its key
 */
export function lineParts(
  record: RepodataRecord,
  info: Pick<ReadPackageInfo, 'runExports' | 'infoFiles'>,
  { firstSeen, hotfix }: LineWorld,
): LineParts {
  const unpatched = { ...record, indexed_timestamp: firstSeen };
  if (hotfix === undefined) return { record: unpatched, ...packageFacts(info) };
  return { record: applyHotfix(unpatched, hotfix), ...packageFacts(info, unpatched) };
}
