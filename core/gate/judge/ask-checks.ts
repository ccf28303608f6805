import type { CheckResult, Firing } from '../../documents/gate/verdict.ts';
import { GatehouseError } from '../../problems/error.ts';
import type { ContentsCheck, DataCheck, GateCandidate, GateCheckWorld, Subject } from '../check.ts';

/** What checks answer of a file, each in its place; one that breaks keeps out what it could not look at. */
export const askDataChecks = (
  checks: readonly DataCheck[],
  candidate: GateCandidate,
  world: GateCheckWorld,
): CheckResult[] =>
  checks.map((check) => {
    const result = answerOfData(check, candidate, world);
    return check.usesAdvice && world.advice.status === 'known' ? { ...result, dataAsOf: world.advice.asOf } : result;
  });

function answerOfData(check: DataCheck, candidate: GateCandidate, world: GateCheckWorld): CheckResult {
  const { id, version } = check;
  try {
    return { id, version, firings: check.judge(candidate, world).map(pinnedTo(candidate)) };
  } catch (error) {
    return broken(check, error);
  }
}

/** What is found of a package before it is made is waived by the file that it is made of, as of that file itself. */
const pinnedTo =
  ({ madeOf }: GateCandidate) =>
  (firing: Firing): Firing =>
    madeOf === undefined || firing.sha256 !== undefined ? firing : { ...firing, sha256: madeOf };

export const askContentsChecks = (
  checks: readonly ContentsCheck[],
  subject: Subject,
  world: GateCheckWorld,
): Promise<CheckResult[]> => Promise.all(checks.map((check) => answerOf(check, () => check.judge(subject, world))));

/** @throws GatehouseError `store.*`: that says nothing of the file */
async function answerOf(
  check: Pick<ContentsCheck, 'id' | 'version'>,
  judge: () => Promise<readonly Firing[]> | readonly Firing[],
): Promise<CheckResult> {
  const { id, version } = check;
  try {
    return { id, version, firings: [...(await judge())] };
  } catch (error) {
    return broken(check, error);
  }
}

function broken({ id, version }: Pick<ContentsCheck, 'id' | 'version'>, error: unknown): CheckResult {
  if (error instanceof GatehouseError && error.code.startsWith('store.')) throw error;
  const said = error instanceof Error ? error.message : String(error);
  return { id, version, firings: [{ code: `${id}.error`, verdict: 'error', detail: `it broke: ${said}` }] };
}
