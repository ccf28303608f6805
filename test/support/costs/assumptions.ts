import type { WeekOfRequests } from './count-requests.ts';

/** An organisation's channel and those who install from it. */
export interface Size {
  readonly packages: number;
  readonly clients: number;
  /** Seconds that functions run, all their invocations together; assumed, and generous. */
  readonly seconds: {
    readonly weekly: Readonly<Record<'scraper' | 'indexer' | 'prover' | 'pruner', number>>;
    readonly daily: Readonly<Record<'indexer' | 'sweeper', number>>;
  };
}

export const small: Size = {
  packages: 300,
  clients: 50,
  seconds: {
    weekly: { scraper: 120, indexer: 60, prover: 60, pruner: 10 },
    daily: { indexer: 10, sweeper: 20 },
  },
};

export const large: Size = {
  packages: 20_000,
  clients: 1000,
  seconds: {
    weekly: { scraper: 3600, indexer: 1200, prover: 1800, pruner: 120 },
    daily: { indexer: 120, sweeper: 600 },
  },
};

/** What is assumed of both sizes, a month. */
export const assumed = {
  daysAMonth: 30,
  weeksAMonth: 4.35,
  /** MB of a package. */
  packageMegabytes: 5,
  /** Share of the packages that is replaced by newer ones. */
  moved: 0.1,
  /** Days for which what was replaced lies there: `retain` in the index, `retain` behind it, 14 as an old version. */
  keptDays: 194,
  /** KB of documents (provenance, verdict, ledger, names) for each package: 5.9 were counted. */
  documentKilobytes: 8,
  /** Bytes of a record in repodata.json.zst. */
  indexedBytes: 67,
  /** Of each client: environments solved, each of which reads the index of two subdirs; packages downloaded. */
  solves: 20,
  downloads: 400,
  /** Edges that ask S3 for a package once. */
  edges: 3,
  /** Seconds of the downloader for a package. */
  downloadSeconds: 3,
  /** Requests that a queue costs by being listened to: 5 pollers, each of which asks every 20 seconds. */
  idlePolls: 648_000,
  /** SQS requests for a message: sent, received, deleted. */
  requestsAMessage: 3,
  /** KB of log for an invocation, Lambda's own lines among them; and for a package that is fetched. */
  logKilobytes: 3,
  /** Days of log that are kept: lib/pipeline/functions.ts. */
  logDays: 90,
  /** Names of metrics that the functions count by, and hours of a month in which each is counted. */
  metrics: 40,
  metricHours: 60,
  /** Of them, those that the look at syncs and schedules counts each time, so every hour. */
  steadyMetrics: 5,
  /** Every ten minutes, and how many seconds of the scraper it takes. */
  watches: 4320,
  watchSeconds: 1,
} as const;

interface Bound {
  /** Of one run. */
  readonly run: number;
  /** For each package. */
  readonly package: number;
}
type Kind = 'writes' | 'reads' | 'messages' | 'invocations';

/** Requests of each part of a week; test/docs/costs.test.ts counts them and finds no more, nor fewer than half. */
export const requests: Readonly<Record<keyof WeekOfRequests, Readonly<Record<Kind, Bound>>>> = {
  first: {
    writes: { run: 100, package: 15 },
    reads: { run: 300, package: 60 },
    messages: { run: 25, package: 3 },
    invocations: { run: 25, package: 3 },
  },
  sync: {
    writes: { run: 45, package: 0.35 },
    reads: { run: 110, package: 5 },
    messages: { run: 10, package: 0.07 },
    invocations: { run: 11, package: 0.07 },
  },
  reconcile: {
    writes: { run: 24, package: 0.01 },
    reads: { run: 55, package: 0.01 },
    messages: { run: 4, package: 0 },
    invocations: { run: 5, package: 0 },
  },
  sweep: {
    writes: { run: 28, package: 0.02 },
    reads: { run: 24, package: 10.5 },
    messages: { run: 4, package: 0 },
    invocations: { run: 5, package: 0 },
  },
  prune: {
    writes: { run: 24, package: 0.02 },
    reads: { run: 24, package: 0.02 },
    messages: { run: 1, package: 0 },
    invocations: { run: 2, package: 0 },
  },
  watch: {
    writes: { run: 0, package: 0 },
    reads: { run: 14, package: 0 },
    messages: { run: 0, package: 0 },
    invocations: { run: 1, package: 0 },
  },
};

export const requestsOf = (part: keyof WeekOfRequests, kind: Kind, packages: number): number =>
  requests[part][kind].run + requests[part][kind].package * packages;
