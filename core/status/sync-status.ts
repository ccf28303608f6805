import { type LastSync, syncBeatMs } from '../documents/last-sync.ts';
import type { Waiting } from '../documents/plan.ts';
import type { Round, Run } from '../documents/run.ts';
import type { Sha256 } from '../names/digest.ts';
import type { Problem } from '../problems/problem.ts';

/** So many of so many. */
export interface Share {
  readonly done: number;
  readonly of: number;
}

/** How one sync went, or how it stands: a run of the cloud's, or one by command. Times are milliseconds since the epoch. */
export interface SyncStatus {
  readonly by: 'cloud' | 'command';
  /** Of a run. */
  readonly run: Sha256 | null;
  readonly round: Round | 1;
  /** `cut off`: it said nothing for long, and did not end. */
  readonly stage: Run['stage'] | LastSync['stage'] | 'cut off';
  readonly startedAt: number;
  /** When it ended, or was last heard of. */
  readonly seenAt: number;
  /** Parts of the plan that are solved; of the cloud alone. */
  readonly slices: Share | null;
  /** Files that have come, of those that its plan adds; null before it has one. */
  readonly files: Share | null;
  /** All that did not hold. */
  readonly problems: readonly Problem[];
  /** What came, and the gate holds. */
  readonly held: readonly Problem[];
  /** What the plan would have chosen, were it not held. */
  readonly waiting: readonly Waiting[];
}

/** Beats that a busy processor may swallow. */
const maxMissedBeats = 12;

/** A sync by command that said nothing for three minutes was cut off. */
export function statusOfCommand(sync: LastSync, now: number): SyncStatus {
  const { startedAt, seenAt, files, outcome, error } = sync;
  const isCutOff = sync.stage !== 'ended' && now - seenAt > maxMissedBeats * syncBeatMs;
  const problems = [...(outcome?.problems ?? []), ...(error === null ? [] : [error])];
  return {
    by: 'command',
    run: null,
    round: 1,
    stage: isCutOff ? 'cut off' : sync.stage,
    startedAt,
    seenAt,
    slices: null,
    files: files && { done: files.come, of: files.of },
    problems: isCutOff ? [...problems, cutOff] : problems,
    held: outcome?.held ?? [],
    waiting: outcome?.waiting ?? [],
  };
}

const cutOff: Problem = {
  code: 'sync.cut-off',
  subject: 'the last sync',
  detail: 'began and did not end',
  hint: 'run it again: it finishes what was left, and nothing is lost',
};

/** Whether it is at work still. */
export const isUnderWay = ({ stage }: SyncStatus): boolean => !['settled', 'ended', 'cut off'].includes(stage);
