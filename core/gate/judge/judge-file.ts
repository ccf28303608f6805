import {
  type CheckResult,
  type Firing,
  type GateFacts,
  type GateVerdict,
  readVerdict,
} from '../../documents/gate/verdict.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Store } from '../../ports/store.ts';
import type { ContentsCheck, GateCandidate, GateCheckWorld } from '../check.ts';
import type { AtTheDoor } from '../gate.ts';
import { projectsOf } from '../origin/projects-of.ts';
import { settle } from '../settle.ts';
import { askDataChecks } from './ask-checks.ts';
import { askOfBytes } from './ask-of-bytes.ts';
import { contentsChecks, dataChecks } from './checks.ts';
import type { GateSettings } from './gate-settings.ts';
import { keepVerdict } from './keep-verdict.ts';
import { recallResult } from './recall-result.ts';

interface JudgeWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly judgedBy: string;
  readonly checks: GateCheckWorld;
  readonly settings: Pick<GateSettings, 'allowlist' | 'reasons'>;
  readonly lacksTime?: ((file: AtTheDoor) => string | null) | undefined;
  /** Does the work once fewer archives are being read than may be at once. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What the bytes say, for as long as the checks are what they are. */
type Read = Pick<GateVerdict, 'facts' | 'previous'> & { readonly results: readonly CheckResult[] };

/** Judges a file, by what was read of it before where that still counts. {@link Gate.judge} */
export async function judgeFile(file: AtTheDoor, world: JudgeWorld): Promise<GateVerdict> {
  const { sha256 } = file.digests;
  const earlier = (await readVerdict(world.store, file.id, sha256))?.value ?? null;
  const read = readBefore(earlier) ?? unreadFor(world.lacksTime?.(file) ?? null) ?? (await readAnew(file, world));
  const verdict = await keepVerdict(
    { id: file.id, sha256 },
    (there) => conclude(file, { read: readBefore(there) ?? read, there }, world),
    world,
  );
  const codes = verdict.checks.flatMap(({ firings }) => firings.map(({ code }) => code));
  world.log({ type: 'gate.judged', id: file.id, verdict: verdict.verdict, codes });
  return verdict;
}

/** What an earlier verdict read, unless a check came or changed since, or broke then. */
function readBefore(earlier: GateVerdict | null): Read | null {
  if (earlier === null) return null;
  const results = earlier.checks.filter(({ id }) => id !== 'R1' && dataChecks.every((check) => check.id !== id));
  const isAnswered = ({ id, version }: ContentsCheck) =>
    results.some((one) => one.id === id && one.version === version);
  const isBroken = results.some(({ firings }) => firings.some(({ verdict }) => verdict === 'error'));
  if (isBroken || !contentsChecks.every(isAnswered)) return null;
  const { facts, previous } = earlier;
  return { facts, previous, results };
}

/** An error, and so a hold that ends as soon as somebody has the time to read it: begun, it would be cut off again and again. */
function unreadFor(detail: string | null): Read | null {
  if (detail === null) return null;
  const results = contentsChecks.map(({ id, version }): CheckResult => {
    const firings: Firing[] = id === 'A13' ? [{ code: 'A13.time', verdict: 'error', detail }] : [];
    return { id, version, firings };
  });
  return { facts: null, previous: null, results };
}

async function readAnew(file: AtTheDoor, { checks, inTurn }: JudgeWorld): Promise<Read> {
  const { results, facts } = await inTurn(() => askOfBytes(file, contentsChecks, checks));
  const previous = (await checks.previous(candidateOf(file, null)))?.sha256 ?? null;
  return { facts, previous, results };
}

const candidateOf = (
  file: AtTheDoor,
  facts: GateFacts | null,
): GateCandidate & { sha256: AtTheDoor['digests']['sha256'] } => {
  const { digests, bytes, request, isServed = false, ...known } = file;
  return { ...known, isServed, sha256: digests.sha256, facts, projects: facts?.projects ?? known.projects };
};

interface Concluding {
  readonly read: Read;
  readonly there: GateVerdict | null;
}

async function conclude(
  file: AtTheDoor,
  { read, there }: Concluding,
  { checks, store, clock, judgedBy, settings }: JudgeWorld,
): Promise<GateVerdict> {
  const { id, digests, origin, published, request } = file;
  const { facts, previous, results } = read;
  const madeOf = file.madeOf ?? there?.madeOf;
  const made = madeOf === undefined ? {} : { madeOf };
  const candidate = { ...candidateOf(file, facts), ...made };
  const projects = projectsOf(candidate, checks.advice);
  const asked = askDataChecks(dataChecks, { ...candidate, projects }, checks);
  const data = asked.map((result) => newer(result, there));
  const all = [...results, ...data, ...(await recallResult(digests.sha256, store))];
  const now = clock.now();
  const { verdict, waivers } = settle({ checks: all, sha256: digests.sha256 }, checks.policy, now);
  return {
    ...{ version: 1, id, sha256: digests.sha256, size: digests.size, origin, ...made, verdict },
    ...{ checks: all, waivers: [...waivers], facts, previous },
    published: published ?? there?.published ?? null,
    request: (request && asRequested(request.entries, settings)) ?? there?.request ?? null,
    ...{ judgedAt: now, judgedBy },
  };
}

/** Of two workers the one whose advisories are newer is right: a slow one must not undo what a sweep found. */
function newer(result: CheckResult, there: GateVerdict | null): CheckResult {
  const before = there?.checks.find(({ id, version }) => id === result.id && version === result.version);
  const isOlder = before?.dataAsOf !== undefined && before.dataAsOf > (result.dataAsOf ?? 0);
  return isOlder ? before : result;
}

function asRequested(
  entries: readonly string[],
  { allowlist, reasons }: Pick<GateSettings, 'allowlist' | 'reasons'>,
): GateVerdict['request'] {
  const said = entries.map((entry) => reasons.get(entry)).filter((reason) => reason !== undefined);
  return { allowlist, entries: [...entries], reasons: [...new Set(said)] };
}
