import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import type { Advice } from '../../core/gate/advice.ts';
import type { ProjectName } from '../../core/names/project-name.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { openJudging } from '../../core/recall/open-judging.ts';
import { type RecallReport, type RecallRequest, recall } from '../../core/steps/take-back/recall.ts';
import { stagedLog, stagedProblem } from '../../core/store/staged-telling.ts';
import { unknownAnywhere } from '../../core/yank/asked-release.ts';
import { nothingConfigured } from '../world/known-allowlist.ts';
import type { World } from '../world/open-world.ts';
import { stagedWorld } from '../world/staged-world.ts';
import { indexTouched } from './index-places.ts';

export interface RecalledAll {
  readonly channel: RecallReport;
  /** Null where nothing is staged. */
  readonly staging: RecallReport | null;
}

/**
 * Recalls a release from the channel and its pip index, and from what is staged; or ends that.
 *
 * @throws GatehouseError `recall.unknown` where neither has, or had, such a release
 */
export async function recallAll(
  request: RecallRequest,
  allowlist: Allowlist | null,
  world: World & { readonly log: Log },
): Promise<RecalledAll> {
  const channel = await recallSide(request, allowlist, world);
  const staged = await stagedWorld(world);
  const staging = staged && (await recallSide(request, allowlist, { ...staged, log: stagedLog(world.log) }));
  if (channel.files.length === 0 && (staging?.files ?? []).length === 0) {
    throw await unknownAnywhere(request, { ...world, condaNames: namesOf(allowlist) });
  }
  return { channel, staging: staging && { ...staging, problems: staging.problems.map(stagedProblem) } };
}

const namesOf = (allowlist: Allowlist | null): Allowlist['condaNames'] =>
  allowlist?.condaNames ?? new Map<ProjectName, string>();

/** Who recalls waits for nobody: what is known of a file decides nothing then. To let it in again it does. */
const notAsked: Advice = { status: 'unreachable', detail: 'a recall by hand asks nobody' };

async function recallSide(
  request: RecallRequest,
  allowlist: Allowlist | null,
  world: World & { readonly log: Log },
): Promise<RecallReport> {
  const judging = await openJudging(allowlist, world, request.reason === null ? {} : { advice: notAsked });
  const configured = allowlist ?? nothingConfigured;
  const index = (touched: Parameters<typeof indexTouched>[0]) =>
    indexTouched(touched, configured, { ...world, gate: judging.gate });
  return recall(request, { ...world, ...judging, condaNames: namesOf(allowlist), index });
}

export const recallProblems = ({ channel, staging }: RecalledAll): Problem[] => [
  ...channel.problems,
  ...(staging?.problems ?? []),
];
