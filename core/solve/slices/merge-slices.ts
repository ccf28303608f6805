import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { PartialPlan } from '../../documents/partial-plan.ts';
import { type Artifact, artifactId, type EntryOutcome, type Waiting } from '../../documents/plan.ts';
import { compareCodePoints } from '../../json/json.ts';
import type { Problem } from '../../problems/problem.ts';
import { shownUrl } from '../../problems/shown-url.ts';
import { isVerifiable } from '../../record/record.ts';
import { condaOnly, type MergedForPip, mergeResolved } from '../../resolve/merge-resolved.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { installRequests, pypiRequests } from '../requests.ts';
import { failedOutcome } from '../solve-request.ts';
import { oneForEachUpstream, withoutRepeats } from '../telling/one-cause.ts';

/** What all slices together install. */
export interface MergedSlices {
  /** In order of id. */
  readonly artifacts: readonly Artifact[];
  readonly outcomes: readonly EntryOutcome[];
  readonly simple: Pick<MergedForPip, 'outcomes' | 'files'>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** In order of id. */
  readonly waiting: readonly Waiting[];
  /** False when something needed could not be read or solved. */
  readonly complete: boolean;
}

/**
 * The union of all solutions, each artifact with the entries that brought it: the same, byte for byte, however the work
 * was cut and in whatever order the parts came. A request that no part tells of has failed. A channel holds one file of a
 * name: an entry that wants another channel's file of a name already taken has not solved, and takes nothing. Nor has
 * one that wants a file whose bytes nobody could tell from others, which would not be fetched.
 */
export function mergeSlices(allowlist: Allowlist, parts: readonly PartialPlan[]): MergedSlices {
  const taken = new Map<string, UpstreamRecord>();
  const refused: Problem[] = [];
  const merged = inOrder(allowlist, parts).map(({ outcome, records }) => {
    const wanted = outcome.artifacts.flatMap((id) => {
      const record = records.get(id);
      return record === undefined ? [] : [{ id, record }];
    });
    const own = wanted.flatMap(({ id, record }) => [...clash(taken.get(id), record), ...unverifiable(record)]);
    refused.push(...own);
    const [first] = own;
    if (first !== undefined) {
      return { ...outcome, status: 'failed' as const, artifacts: [], explanation: `${first.subject} cannot be had` };
    }
    for (const { id, record } of wanted) if (!taken.has(id)) taken.set(id, record);
    return outcome;
  });
  const found = parts.flatMap((part) => part.problems);
  const outcomes = withoutRepeats(merged, found);
  const simple = mergeResolved(pypiRequests(allowlist), allowlist.platforms, parts);
  const installed = new Set(
    outcomes.flatMap((one) => (one.status === 'solved' ? [`${one.platform} ${one.entry}`] : [])),
  );
  const lacking = condaOnly(simple.outcomes, (entry, platform) => installed.has(`${platform} ${entry}`));
  // Names are read in another order where the work was cut elsewhere.
  const problems = [...found, ...refused, ...simple.problems].sort(byText);
  return {
    artifacts: artifactsOf(taken, outcomes),
    outcomes,
    simple: { outcomes: withoutRepeats(simple.outcomes, found), files: simple.files },
    problems: oneForEachUpstream(problems),
    warnings: [...parts.flatMap((part) => part.warnings), ...lacking].sort(byText),
    waiting: waitingOnce(parts.flatMap((part) => part.waiting)),
    complete:
      parts.every((part) => part.complete) &&
      simple.problems.length === 0 &&
      [...outcomes, ...simple.outcomes].every(({ status }) => status !== 'failed'),
  };
}

/** An outcome, and the records of the pool it was solved from by id: at least those of its solution. */
interface Sourced {
  readonly outcome: EntryOutcome;
  readonly records: ReadonlyMap<string, UpstreamRecord>;
}

/** Every request's outcomes, platform by platform in the allowlist's order. */
function inOrder(allowlist: Allowlist, parts: readonly PartialPlan[]): Sourced[] {
  const requests = installRequests(allowlist);
  return allowlist.platforms.flatMap((platform) => {
    const byPlace = sourcedByPlace(parts.filter((part) => part.platform === platform));
    return requests.flatMap(({ id, platforms }, place) => {
      if (!platforms.includes(platform)) return [];
      const missing = { outcome: failedOutcome(id, platform, 'was not worked out in time'), records: new Map() };
      return byPlace.get(place) ?? [missing];
    });
  });
}

function sourcedByPlace(parts: readonly PartialPlan[]): Map<number, Sourced[]> {
  const byPlace = new Map<number, Sourced[]>();
  for (const { solved, chosen } of parts.flatMap(({ groups }) => groups)) {
    const records = new Map(chosen.map((record) => [artifactId(record), record]));
    for (const { request, outcomes } of solved) {
      byPlace.set(
        request,
        outcomes.map((outcome) => ({ outcome, records })),
      );
    }
  }
  return byPlace;
}

function clash(one: UpstreamRecord | undefined, other: UpstreamRecord): Problem[] {
  if (one === undefined || one.url === other.url) return [];
  const detail = `a channel holds one file of a name, and this one is wanted from ${one.channel} and from ${other.channel}`;
  return [{ code: 'plan.conflict', subject: artifactId(other), detail }];
}

function unverifiable(one: UpstreamRecord): Problem[] {
  if (isVerifiable(one.made ?? one.record)) return [];
  const detail = `${shownUrl(one.channel)} gives neither its sha256, nor its md5 and size: its bytes could not be checked`;
  const hint = 'choose another build or version, or have the channel indexed anew';
  return [{ code: 'fetch.unverifiable', subject: artifactId(one), detail, hint }];
}

const byText = (a: Problem, b: Problem): number => compareCodePoints(textOf(a), textOf(b));
const textOf = ({ code, subject, detail, hint = '' }: Problem): string => [code, subject, detail, hint].join('\n');

/** Platforms share `noarch`, and entries what they need; one of them may know the bytes, and so have the hint. */
function waitingOnce(waiting: readonly Waiting[]): Waiting[] {
  const hintLast = waiting.toSorted((a, b) => compareCodePoints(a.hint ?? '', b.hint ?? ''));
  const byText = new Map(hintLast.map((one) => [`${one.id} ${one.code} ${one.detail}`, one]));
  return [...byText].sort(([a], [b]) => compareCodePoints(a, b)).map(([, one]) => one);
}

function artifactsOf(byId: ReadonlyMap<string, UpstreamRecord>, outcomes: readonly EntryOutcome[]): Artifact[] {
  const requiredBy = new Map<string, Set<string>>();
  for (const { entry, artifacts } of outcomes) {
    for (const id of artifacts) requiredBy.set(id, (requiredBy.get(id) ?? new Set()).add(entry));
  }
  return [...requiredBy.keys()].sort().flatMap((id) => {
    const chosen = byId.get(id);
    if (chosen === undefined) return [];
    const { subdir, filename, channel, url, record, findings, made, published, unpatched = record } = chosen;
    const { size = null, sha256 = null, md5 = null } = record;
    const optional = { ...(made && { made }), ...(published && { published }) };
    const why = [...(requiredBy.get(id) ?? [])];
    return [{ subdir, filename, channel, url, size, sha256, md5, record: unpatched, findings, ...optional, why }];
  });
}
