import { daysInMs, isInForce, type Policy, type Waiver } from '../documents/gate/policy.ts';
import { gateProblem } from '../gate/door/gate-problem.ts';
import type { ObjectKey } from '../layout/keys.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Problem } from '../problems/problem.ts';
import type { ExaminedFile } from './examine-served.ts';
import type { BadFile } from './recall-files.ts';

/** A file that was recalled, and why. */
interface RecalledFile {
  readonly id: string;
  readonly sha256: Sha256;
  readonly reason: string;
}

/** How far the runs before came of a sweep that takes several. */
export interface SweepProgress {
  /** The id of the last file that was done; null before the first. */
  readonly after: string | null;
  /** Whether every file so far could be judged. */
  readonly isWhole: boolean;
}

export const sweepStart: SweepProgress = { after: null, isWhole: true };

/** What came of a sweep of one side of a store. */
export interface SweepReport {
  /** False when time was up before all was come to. */
  readonly finished: boolean;
  /** How far it came, for the run that goes on. */
  readonly progress: SweepProgress;
  /** Files that were looked at. */
  readonly checked: number;
  /** Those of them that had no verdict before. */
  readonly judged: number;
  readonly recalled: readonly RecalledFile[];
  /** Ids of what may be had again. */
  readonly released: readonly string[];
  /** How many files each code of the gate told something of. */
  readonly codes: Readonly<Record<string, number>>;
  /** How many could not be judged: their bytes or the advisories could not be had. */
  readonly unjudged: number;
  /** Files of which no project is known, so that no advisory could be found. */
  readonly uncovered: number;
  /** Milliseconds since the epoch: when the advisories were read that it went by; null where there are none. */
  readonly advisoriesAsOf: number | null;
  /** Waivers whose last day is less than 14 days away. */
  readonly expiring: readonly Waiver[];
  /** Keys whose bytes are gone or others, for the copies of them that a cache still has. */
  readonly changed: readonly ObjectKey[];
  /** What was recalled, what could not be judged, what a person has to decide, and what went wrong: the latter by name up to 100. */
  readonly problems: readonly Problem[];
}

/** Whoever has to renew a waiver gets two weeks for it. */
const expiringWithin = daysInMs(14);
/** So many files are named that could not be judged, or wait for a person; the others are counted. */
const maxProblemsNamed = 100;

interface Counting {
  readonly policy: Policy;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A report that grows while a sweep goes on. Its size is bounded by what was recalled. */
export function startReport({ policy, now }: Counting, before: SweepProgress) {
  const recalled: RecalledFile[] = [];
  const released: string[] = [];
  const hints = new Map<string, string | undefined>();
  const codes = new Map<string, number>();
  const changed: ObjectKey[] = [];
  const problems: Problem[] = [];
  let { after } = before;
  const counts = { checked: 0, judged: 0, uncovered: 0, unjudged: 0, unnamed: 0, mirrored: 0 };
  const tell = (problem: Problem) => {
    if (problems.length < maxProblemsNamed) problems.push(problem);
    else counts.unnamed += 1;
  };
  return {
    examined(found: ExaminedFile): void {
      count(found, counts, codes);
      const problem = gateProblem({ subject: found.file.id, sha256: found.sha256 }, found.settled, now);
      // Of what is rejected no waiver is to be told.
      if (found.fate === 'bad' && found.settled.verdict === 'hold') hints.set(found.file.id, problem.hint);
      if (isForPerson(found)) tell(problem);
    },
    recalled: (bad: readonly BadFile[]): void => void recalled.push(...bad.map(recalledFile)),
    released: (id: string): void => void released.push(id),
    changed: (keys: readonly ObjectKey[]): void => void changed.push(...keys),
    failed: (problem: Problem): void => {
      counts.unjudged += 1;
      tell(problem);
    },
    problems: (found: readonly Problem[]): void => found.forEach(tell),
    checked: (): number => counts.checked,
    /** Whether every file that was come to could be judged, and any may have come from a channel or an index. */
    isWhole: () => before.isWhole && counts.unjudged === 0 && (counts.mirrored > 0 || before.after !== null),
    /** All up to this file was come to. */
    done(id: string): void {
      after = id;
    },
    finish(finished: boolean, advisoriesAsOf: number | null): SweepReport {
      const { unnamed, mirrored: _, ...counted } = counts;
      const progress = { after, isWhole: before.isWhole && counts.unjudged === 0 };
      const told = [...turnedBad(recalled, hints), ...problems, ...andMore(unnamed)];
      const listed = { recalled, released, changed, codes: Object.fromEntries([...codes].sort()), problems: told };
      return { finished, progress, ...counted, ...listed, advisoriesAsOf, expiring: expiringOf(policy, now) };
    },
  };
}
export type GrowingReport = ReturnType<typeof startReport>;

const isForPerson = ({ fate, settled }: ExaminedFile): boolean =>
  (fate === 'flagged' || fate === 'unjudged') && settled.telling.length > 0;

type Counts = Record<'checked' | 'judged' | 'uncovered' | 'unjudged' | 'mirrored', number>;

function count(found: ExaminedFile, counts: Counts, codes: Map<string, number>): void {
  const { fate, settled, isNew, isCovered, isMirrored } = found;
  counts.checked += 1;
  counts.judged += Number(isNew);
  counts.uncovered += Number(!isCovered);
  counts.unjudged += Number(fate === 'unjudged');
  counts.mirrored += Number(isMirrored);
  for (const code of new Set(settled.telling.map((firing) => firing.code))) codes.set(code, (codes.get(code) ?? 0) + 1);
}

const turnedBad = (recalled: readonly RecalledFile[], hints: ReadonlyMap<string, string | undefined>): Problem[] =>
  recalled.map(({ id, reason }) => {
    const hint = hints.get(id);
    return { code: 'sweep.bad-file', subject: id, detail: reason, ...(hint !== undefined && { hint }) };
  });

const expiringOf = ({ waivers }: Policy, now: number): Waiver[] => waivers.filter((waiver) => isExpiring(waiver, now));

const isExpiring = (waiver: Waiver, now: number): boolean =>
  isInForce(waiver, now) && !isInForce(waiver, now + expiringWithin);

const recalledFile = ({ file, sha256, reason }: BadFile): RecalledFile => ({ id: file.id, sha256, reason });

function andMore(count: number): Problem[] {
  if (count === 0) return [];
  const detail = `${count} more files could not be judged, or wait for a person`;
  return [{ code: 'sweep.more', subject: 'the sweep', detail }];
}
