import { assumed, requestsOf, type Size } from './assumptions.ts';

/** What the synthesized template has that is billed. */
export interface Billed {
  /** MB of memory, and of /tmp, by function. */
  readonly functions: Readonly<Record<string, { readonly memory: number; readonly scratch: number }>>;
  readonly queues: number;
  readonly alarms: number;
  readonly dashboards: number;
}

export interface Line {
  readonly item: string;
  readonly unit: string;
  /** USD for so many units. */
  readonly price: number;
  readonly per: number;
  /** Units that every account has for nothing each month, whoever uses them up. */
  readonly free: number;
  readonly quantity: number;
}

export const listPrice = ({ price, per, quantity }: Line): number => (quantity * price) / per;
export const afterFree = ({ price, per, quantity, free }: Line): number => (Math.max(0, quantity - free) * price) / per;

const { daysAMonth, weeksAMonth } = assumed;

type Kind = Parameters<typeof requestsOf>[1];

/** Requests of a usual month: what moved is fetched, and all that the clock starts. */
function requestsAMonth(kind: Kind, { packages }: Size): number {
  const fetched = requestsOf('first', kind, packages * assumed.moved);
  const weekly = requestsOf('sync', kind, packages) + requestsOf('prune', kind, packages);
  const daily = requestsOf('reconcile', kind, packages) + requestsOf('sweep', kind, packages);
  const watched = assumed.watches * requestsOf('watch', kind, packages);
  return fetched + weeksAMonth * weekly + daysAMonth * daily + watched;
}

/** Seconds that each function runs in a usual month. */
function secondsAMonth({ packages, seconds: { weekly, daily } }: Size): Readonly<Record<string, number>> {
  return {
    scraper: weeksAMonth * weekly.scraper + assumed.watches * assumed.watchSeconds,
    downloader: packages * assumed.moved * assumed.downloadSeconds,
    indexer: weeksAMonth * weekly.indexer + daysAMonth * daily.indexer,
    prover: weeksAMonth * weekly.prover,
    pruner: weeksAMonth * weekly.pruner,
    sweeper: daysAMonth * daily.sweeper,
  };
}

const ofFunctions = (seconds: Readonly<Record<string, number>>, each: (name: string) => number): number =>
  Object.entries(seconds).reduce((sum, [name, ran]) => sum + ran * each(name), 0);

function sized({ functions }: Billed, name: string) {
  const found = functions[name];
  if (found === undefined) throw new Error(`the template has no function ${name}`);
  return found;
}
const memoryGigabytes = (billed: Billed) => (name: string) => sized(billed, name).memory / 1024;
/** The first 512 MB of /tmp cost nothing. */
const scratchGigabytes = (billed: Billed) => (name: string) => Math.max(0, sized(billed, name).scratch - 512) / 1024;

function storedGigabytes({ packages }: Size): number {
  const months = assumed.keptDays / daysAMonth;
  const files = packages * (1 + assumed.moved * months);
  return (files * (assumed.packageMegabytes * 1000 + assumed.documentKilobytes)) / 1e6;
}

function delivered({ packages, clients }: Size) {
  const indexReads = assumed.solves * 2;
  const indexBytes = assumed.solves * packages * assumed.indexedBytes;
  const downloaded = assumed.downloads * assumed.packageMegabytes * 1e6;
  return {
    requests: clients * (indexReads + assumed.downloads),
    gigabytes: (clients * (downloaded + indexBytes)) / 1e9,
    // All index reads miss at worst: an edge keeps an index for a minute.
    fromS3: clients * indexReads + packages * assumed.edges,
  };
}

/** The lines of the bill of a usual month. */
export function monthOf(size: Size, billed: Billed): Line[] {
  const seconds = secondsAMonth(size);
  const { requests, gigabytes, fromS3 } = delivered(size);
  const invocations = requestsAMonth('invocations', size);
  const messages = requestsAMonth('messages', size);
  const logged = (invocations + size.packages * assumed.moved) * assumed.logKilobytes;
  return [
    { item: 'S3: bytes kept', unit: 'GB-month', price: 0.023, per: 1, free: 0, quantity: storedGigabytes(size) },
    {
      item: 'S3: PUT, COPY, LIST',
      unit: 'requests',
      price: 0.005,
      per: 1000,
      free: 0,
      quantity: requestsAMonth('writes', size),
    },
    {
      item: 'S3: GET, HEAD',
      unit: 'requests',
      price: 0.0004,
      per: 1000,
      free: 0,
      quantity: requestsAMonth('reads', size) + fromS3,
    },
    { item: 'CloudFront: bytes to clients', unit: 'GB', price: 0.085, per: 1, free: 1024, quantity: gigabytes },
    { item: 'CloudFront: HTTPS requests', unit: 'requests', price: 1, per: 1e6, free: 10e6, quantity: requests },
    { item: 'CloudFront Functions', unit: 'requests', price: 0.1, per: 1e6, free: 2e6, quantity: requests },
    { item: 'CloudFront: invalidations', unit: 'paths', price: 0.005, per: 1, free: 1000, quantity: 0 },
    {
      item: 'Lambda: memory, arm64',
      unit: 'GB-seconds',
      price: 13.3334,
      per: 1e6,
      free: 400_000,
      quantity: ofFunctions(seconds, memoryGigabytes(billed)),
    },
    {
      item: 'Lambda: scratch space',
      unit: 'GB-seconds',
      price: 0.0309,
      per: 1e6,
      free: 0,
      quantity: ofFunctions(seconds, scratchGigabytes(billed)),
    },
    { item: 'Lambda: invocations', unit: 'requests', price: 0.2, per: 1e6, free: 1e6, quantity: invocations },
    {
      item: 'SQS: messages',
      unit: 'requests',
      price: 0.4,
      per: 1e6,
      free: 0,
      quantity: messages * assumed.requestsAMessage,
    },
    {
      item: 'SQS: listening',
      unit: 'requests',
      price: 0.4,
      per: 1e6,
      free: 1e6,
      quantity: billed.queues * assumed.idlePolls,
    },
    { item: 'CloudWatch: alarms', unit: 'alarms', price: 0.1, per: 1, free: 10, quantity: billed.alarms },
    { item: 'CloudWatch: dashboards', unit: 'dashboards', price: 3, per: 1, free: 3, quantity: billed.dashboards },
    {
      item: 'CloudWatch: metrics of ours',
      unit: 'metric-months',
      price: 0.3,
      per: 1,
      free: 10,
      quantity: assumed.steadyMetrics + (assumed.metrics * assumed.metricHours) / (24 * daysAMonth),
    },
    { item: 'CloudWatch: logs taken in', unit: 'GB', price: 0.5, per: 1, free: 5, quantity: logged / 1e6 },
    {
      item: 'CloudWatch: logs kept',
      unit: 'GB-month',
      price: 0.03,
      per: 1,
      free: 0,
      quantity: (logged / 1e6) * (assumed.logDays / daysAMonth),
    },
    { item: 'X-Ray: traces', unit: 'traces', price: 5, per: 1e6, free: 100_000, quantity: invocations },
  ];
}

/** USD that the first sync costs, at list prices and once, without what upstream or anybody else asks for it. */
export function firstSync({ packages }: Size, billed: Billed): number {
  const seconds = packages * assumed.downloadSeconds;
  const requests = (kind: Kind) => requestsOf('first', kind, packages);
  return (
    (requests('writes') * 0.005 + requests('reads') * 0.0004) / 1000 +
    (seconds * memoryGigabytes(billed)('downloader') * 13.3334) / 1e6 +
    (seconds * scratchGigabytes(billed)('downloader') * 0.0309) / 1e6 +
    (requests('messages') * assumed.requestsAMessage * 0.4 + requests('invocations') * (0.2 + 5)) / 1e6
  );
}
