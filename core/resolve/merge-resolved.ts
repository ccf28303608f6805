import type { PartialPlan } from '../documents/partial-plan.ts';
import { type PipOutcome, type SimpleFile, simpleFileId } from '../documents/simple/simple-plan.ts';
import { compareCodePoints } from '../json/json.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Problem } from '../problems/problem.ts';
import { nothingForPip, type PipRequest } from './resolve-entry.ts';

type PlacedRequest = PipRequest & { readonly platforms: readonly Subdir[] };

export interface MergedForPip {
  readonly outcomes: readonly PipOutcome[];
  /** In order of id, each with all that need it. */
  readonly files: readonly SimpleFile[];
  readonly problems: readonly Problem[];
}

/**
 * What all parts of a plan found for pip: the same however the work was cut and in whatever order the parts came. An
 * entry that no part tells of on a platform has failed there. A file that changed its bytes between two parts is a problem.
 *
 * @param requests in the allowlist's order
 * @param platforms likewise
 */
export function mergeResolved(
  requests: readonly PlacedRequest[],
  platforms: readonly Subdir[],
  parts: readonly PartialPlan[],
): MergedForPip {
  const outcomes = platforms.flatMap((platform) => {
    const here = parts.filter((part) => part.platform === platform).flatMap(({ simple }) => simple.outcomes);
    return requests
      .filter((request) => request.platforms.includes(platform))
      .flatMap((request) => {
        const own = here.filter(({ entry }) => entry === request.id);
        const target = { subdir: platform, pythonMinor: null };
        return own.length > 0 ? own : [nothingForPip(request, target, 'failed', 'was not worked out in time')];
      });
  });
  const order = requests.map(({ id }) => id);
  const byId = Map.groupBy(
    parts.flatMap(({ simple }) => simple.files),
    simpleFileId,
  );
  const merged = [...byId].sort(([a], [b]) => compareCodePoints(a, b)).map(([, alike]) => mergeFiles(alike, order));
  return {
    outcomes,
    files: merged.flatMap(({ file }) => file ?? []),
    problems: merged.flatMap(({ problems }) => problems),
  };
}

interface MergedFile {
  readonly file: SimpleFile | null;
  readonly problems: readonly Problem[];
}

function mergeFiles(alike: readonly SimpleFile[], order: readonly string[]): MergedFile {
  const [first = null, ...others] = alike.toSorted((a, b) => compareCodePoints(a.sha256, b.sha256));
  if (first === null) return { file: null, problems: [] };
  const needing = new Set(alike.flatMap(({ why }) => why));
  const asks = alike.find((one) => one.asks !== undefined && one.sha256 === first.sha256)?.asks;
  const why = [...new Set(order)].filter((id) => needing.has(id));
  const file = { ...first, ...(asks !== undefined && { asks }), why };
  const other = others.find(({ sha256 }) => sha256 !== first.sha256);
  if (other === undefined) return { file, problems: [] };
  const detail = `while this was planned its index gave it the sha256 ${first.sha256} and ${other.sha256}`;
  return { file, problems: [{ code: 'fetch.mutated', subject: simpleFileId(first), detail }] };
}

/**
 * The entries that pip cannot have on a platform where conda can, with the reasons: told, and no failure.
 *
 * @param isInstalled whether conda can have an entry on a platform
 */
export function condaOnly(
  outcomes: readonly PipOutcome[],
  isInstalled: (entry: string, platform: Subdir) => boolean,
): Problem[] {
  const groups = [...Map.groupBy(outcomes, ({ entry, platform }) => `${platform} ${entry}`).values()];
  const lacking = groups.filter(
    (group) => group.every(({ status }) => status === 'unsolvable') && group.some(isInstalledHere(isInstalled)),
  );
  return [...Map.groupBy(lacking.flat(), ({ entry }) => entry)].map(([entry, own]) => {
    const platforms = [...new Set(own.map(({ platform }) => platform))];
    const why = [...new Set(own.map(({ explanation }) => explanation ?? ''))].slice(-maxReasons);
    return { code: 'pypi.conda-only', subject: entry, detail: `${platforms.join(', ')}: ${why.join('; or ')}` };
  });
}

/** Of a list of pythons each may have its own. */
const maxReasons = 3;

const isInstalledHere =
  (isInstalled: (entry: string, platform: Subdir) => boolean) =>
  ({ entry, platform }: PipOutcome): boolean =>
    isInstalled(entry, platform);
