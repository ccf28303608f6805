import { z } from 'zod';
import { GatehouseError } from '../core/problems/error.ts';

/** On or off, also as text: `-c` gives every value as text. */
const flag = z
  .union([z.boolean(), z.enum(['on', 'off', 'true', 'false'])], 'expected on or off')
  .transform((value) => value === true || value === 'on' || value === 'true');

const wholeNumber = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)], 'expected a whole number');
const numberFrom = (min: number, max: number) => wholeNumber.pipe(z.int(`expected ${min} to ${max}`).min(min).max(max));

const size = z.strictObject({
  /** MB. New accounts may be held to 3,008. */
  memory: numberFrom(128, 10_240).exactOptional(),
  /** MB of /tmp. */
  scratch: numberFrom(512, 10_240).exactOptional(),
  /** Seconds. */
  timeout: numberFrom(1, 900).exactOptional(),
});

const sizes = z.strictObject(
  {
    scraper: size.exactOptional(),
    downloader: size.exactOptional(),
    indexer: size.exactOptional(),
    prover: size.exactOptional(),
    pruner: size.exactOptional(),
    sweeper: size.exactOptional(),
  },
  'expected an object of functions: set it in cdk.json, under context',
);

/** A text of a pattern, or an error that says what was expected. */
export const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, `expected ${expected}`);

const schedule = text(
  /^(?:off|rate\(\d+ (?:minute|hour|day)s?\)|cron\([^()]+\))$/,
  'off, or a schedule such as `rate(7 days)` or `cron(0 4 ? * SUN *)`',
);

/** SQS lets no queue have fewer than two invocations at a time, and there are five queues. */
const leastConcurrency = 10;
const usualConcurrency = 16;

const settingsSchema = z
  .strictObject({
    /** CloudFront in front of the bucket. */
    cdn: flag.default(true),
    /** When a sync starts by itself, in UTC; a change to the allowlist starts one at once, whatever this says. */
    schedule: schedule.default('rate(7 days)'),
    /** When every file that is served is looked at again, in UTC, with the advisories of then. */
    sweep: schedule.default('rate(1 day)'),
    /** The channel's own host name; goes with a certificate. */
    domain: text(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'a host name').optional(),
    /** CloudFront takes certificates of us-east-1 only. */
    certificateArn: text(
      /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
      'the ARN of an ACM certificate in us-east-1',
    ).optional(),
    /** For how many days a package that no entry needs any more stays in the index. */
    retain: numberFrom(1, 3650).default(90),
    /** How many invocations all queues together may have at a time: the concurrency of a small account. */
    concurrency: numberFrom(leastConcurrency, usualConcurrency).default(usualConcurrency),
    /** What each function gets, where it is not what lib/functions.ts says. */
    sizes: sizes.prefault({}),
    /**
     * Lets `forms` ask for repodata.json.bz2 and `packageFormat` for .tar.bz2, for conda before 4.7. Brings compressjs
     * (GPL-2.0) into the indexer and the downloader.
     */
    bz2: flag.default(false),
    /** Invalidates what CloudFront holds of an index that changed, instead of letting it age for a minute. */
    invalidate: flag.default(false),
    /** An SNS topic that is notified of each alarm. */
    alarmTopic: text(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of an SNS topic').optional(),
    /** An address that each alarm is mailed to. */
    email: z.email('expected an e-mail address').optional(),
  })
  .refine(({ domain, certificateArn }) => (domain === undefined) === (certificateArn === undefined), {
    path: ['domain'],
    message: 'goes with certificateArn: give both or neither',
  })
  .refine(({ invalidate, cdn }) => cdn || !invalidate, {
    path: ['invalidate'],
    message: 'needs the CDN, which is off',
  });

/** A channel's settings as props or context give them. */
export type SettingsInput = z.input<typeof settingsSchema>;
export type Settings = z.output<typeof settingsSchema>;

/**
 * @param where names the settings in an error
 * @throws GatehouseError `usage.invalid` with a line for each setting that is unknown or has no such value
 */
export function readSettings(given: unknown, where: string): Settings {
  const read = settingsSchema.safeParse(given);
  if (read.success) return read.data;
  const lines = read.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new GatehouseError('usage.invalid', [`${where} cannot be read:`, ...lines]);
}

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);
