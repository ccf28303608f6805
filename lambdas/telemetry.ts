import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Event, Log } from '../core/ports/log.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { shownText } from '../core/problems/shown-text.ts';

export interface Telemetry {
  /** Takes the events that steps report. */
  readonly log: Log;
  /** Logs how an invocation's work came out. */
  note(message: string, facts: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts: Readonly<Record<string, unknown>>): void;
  /** Logs and counts work that failed: it is tried again, or ends as a dead letter. */
  failed(what: string, error: unknown): void;
  count(metric: string, value: number): void;
  /** Sends the metrics of one invocation. */
  flush(): void;
}

/**
 * Structured logs and metrics, named by the environment (POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE). A metric has the
 * channel's name beside the function's (GATEHOUSE_CHANNEL_NAME): two stacks of one account and region count apart.
 */
export function powertools(): Telemetry {
  const logger = new Logger();
  const { GATEHOUSE_CHANNEL_NAME: channel } = process.env;
  const metrics = new Metrics(channel === undefined ? {} : { defaultDimensions: { channel } });
  const count = (metric: string, value: number) => void metrics.addMetric(metric, MetricUnit.Count, value);
  return {
    log(event) {
      const level = levelOf(event);
      if (level !== null) logger[level](event.type, shownFacts({ ...event }));
      for (const [metric, value] of Object.entries(countsOf(event))) count(metric, value);
    },
    note: (message, facts) => logger.info(message, shownFacts(facts)),
    warn: (message, facts) => logger.warn(message, shownFacts(facts)),
    failed(what, error) {
      count('Failed', 1);
      logger.error(shownText(what), { ...failureOf(error) });
    },
    count,
    flush() {
      // Publishing none would log a warning.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

function levelOf(event: Event): 'debug' | 'info' | 'warn' | 'error' | null {
  switch (event.type) {
    case 'fetch.progress':
      return null;
    case 'fetch.failed':
      return 'error';
    case 'fetch.held':
    case 'sweep.recalled':
    case 'retry':
    case 'plan.fallback':
    case 'plan.unsolved':
      return 'warn';
    case 'prove.entry':
      return event.installable ? 'debug' : 'warn';
    case 'fetch.started':
    case 'plan.solved':
      return 'debug';
    default:
      return 'info';
  }
}

function countsOf(event: Event): Readonly<Record<string, number>> {
  if (event.type === 'fetch.done') return { PackagesFetched: 1, BytesFetched: event.size };
  if (event.type === 'fetch.failed') return { FetchesFailed: 1 };
  if (event.type === 'fetch.held') return { FetchesHeld: 1 };
  if (event.type === 'index.written') return { IndexesWritten: event.changed ? 1 : 0 };
  return {};
}

/** Facts with every text in them, whoever wrote it, as it may be shown; one that is long is cut. */
const shownFacts = (facts: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, shownFact(fact)]));

function shownFact(fact: unknown): unknown {
  if (typeof fact === 'string') return shownText(fact);
  if (Array.isArray(fact)) return fact.map(shownFact);
  return fact !== null && typeof fact === 'object' ? shownFacts({ ...fact }) : fact;
}

/** What a person needs of an error. */
export interface Failure {
  readonly code: string;
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly retry: boolean;
}

/** Of an error that nobody expected the stack: it names file and line. */
export function failureOf(error: unknown): Failure {
  if (error instanceof GatehouseError) {
    const { code, message: reason, hint, retry } = error;
    return { code, reason, hint, retry };
  }
  const reason = shownText(error instanceof Error ? String(error.stack) : String(error));
  return { code: 'internal.bug', reason, retry: false };
}
