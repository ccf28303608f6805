import { isFirst } from '../../documents/gate/opened.ts';
import { type CheckResult, type GateVerdict, readVerdict } from '../../documents/gate/verdict.ts';
import { recalledPrefix, recallKey, verdictKey, verdictsPrefix } from '../../layout/gate-keys.ts';
import { openLedger } from '../../ledger/open-ledger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Store } from '../../ports/store.ts';
import type { Advice } from '../advice.ts';
import type { GateCandidate, GateCheckWorld } from '../check.ts';
import type { AtTheDoor, Gate } from '../gate.ts';
import { projectsOf } from '../origin/projects-of.ts';
import { type Settled, settle } from '../settle.ts';
import { askDataChecks } from './ask-checks.ts';
import { candidateOfVerdict } from './candidate-of-verdict.ts';
import { dataChecks } from './checks.ts';
import type { GateSettings } from './gate-settings.ts';
import { judgeFile } from './judge-file.ts';
import { isKnownScript } from './known-scripts.ts';
import { previousBuild } from './previous-build.ts';
import { recallResult } from './recall-result.ts';

/** What the gate needs of the world: one side of a store, time, and where advisories come from. */
export interface GateWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Gatehouse's version. */
  readonly judgedBy: string;
  /** Opened when a check first needs it, and once. */
  readonly openAdvice: () => Promise<Advice>;
  /** Says why there is no time to read a file to its end; null when there is. There always is without it. What it throws is thrown on. */
  readonly lacksTime?: ((file: AtTheDoor) => string | null) | undefined;
}

/**
 * Archives that are read at the same time: each may need a window of 128 MiB, and its names and texts. Two keep a processor busy
 * while one waits for its store; whoever fetches or indexes asks for up to 16.
 */
const maxReadAtOnce = 2;

/** Opens the gate of one side of a store, for one command or invocation: what it knows of the world is as it was first asked. */
export function openGate(settings: GateSettings, world: GateWorld): Gate {
  const { policy, knownNames, reserved } = settings;
  const { store, clock } = world;
  const checkWorld = once(async (): Promise<GateCheckWorld> => {
    const advice = await world.openAdvice();
    const previous = (candidate: GateCandidate) => previousBuild(candidate, store);
    const isKnown = isKnownScript(store);
    return {
      ...{ policy, knownNames, reserved, advice, previous, isKnownScript: isKnown },
      now: clock.now(),
      isFirst: await isFirst(store),
    };
  });
  const asked = async (): Promise<GateCheckWorld> => ({ ...(await checkWorld()), now: clock.now() });
  const known = once(() => keysBelow(store, [verdictsPrefix, recalledPrefix]));
  const ledger = openLedger(world);
  const isPatient = world.lacksTime === undefined;
  const standing = { store, world: asked, known, isPatient };
  const inTurn = takeTurns(maxReadAtOnce);
  return {
    policy,
    standingOf: (candidate) => standingOf(candidate, standing),
    standsNow: async (verdict) => {
      const recalled = await recallResult(verdict.sha256, store);
      return standsBy(candidateOfVerdict(verdict), { earlier: verdict, recalled, checks: await asked(), isPatient });
    },
    judge: async (file) => judgeFile(file, { ...world, ledger, settings, inTurn, checks: await asked() }),
  };
}

interface Standing {
  readonly store: Store;
  readonly world: () => Promise<GateCheckWorld>;
  /** The keys of all verdicts and recalls: a plan asks for thousands of files, of most of which there is neither. */
  readonly known: () => Promise<ReadonlySet<string>>;
  /** Whether it has all the time that a file takes: what others had too little for is no matter to it. */
  readonly isPatient: boolean;
}

async function standingOf(candidate: GateCandidate, { store, world, known, isPatient }: Standing): Promise<Settled> {
  const { id, sha256 } = candidate;
  const checks = await world();
  if (sha256 === null) return standsBy(candidate, { earlier: null, recalled: [], checks, isPatient });
  const keys = await known();
  const earlier = keys.has(verdictKey(id, sha256)) ? ((await readVerdict(store, id, sha256))?.value ?? null) : null;
  const recalled = keys.has(recallKey(sha256)) ? await recallResult(sha256, store) : [];
  return standsBy(candidate, { earlier, recalled, checks, isPatient });
}

interface StandsBy {
  readonly earlier: GateVerdict | null;
  readonly recalled: readonly CheckResult[];
  readonly checks: GateCheckWorld;
  readonly isPatient: boolean;
}

/** Data checks are asked anew; what was read of the bytes stays as it was. */
function standsBy(candidate: GateCandidate, by: StandsBy): Settled {
  const { earlier, recalled, checks, isPatient } = by;
  const { sha256 } = candidate;
  const read = earlier?.facts?.projects;
  const projects = projectsOf(read === undefined ? candidate : { ...candidate, projects: read }, checks.advice);
  const facts = earlier === null ? {} : { facts: earlier.facts };
  const data = askDataChecks(dataChecks, { ...candidate, ...facts, projects }, checks);
  const anew = new Set<string>([...data.map(({ id }) => id), 'R1']);
  const isOver = ({ firings }: CheckResult) => isPatient && firings.some(({ code }) => code === 'A13.time');
  const contents = (earlier?.checks ?? []).filter((result) => !anew.has(result.id) && !isOver(result));
  return settle({ checks: [...data, ...contents, ...recalled], sha256 }, checks.policy, checks.now);
}

async function keysBelow(store: Store, prefixes: readonly string[]): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const prefix of prefixes) for await (const { key } of store.list(prefix)) keys.add(key);
  return keys;
}

/** A promise that is made when it is first asked for, and anew when it failed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Has so many works under way at once, and the others wait in the order in which they came. */
function takeTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((goOn) => waiting.push(goOn));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
