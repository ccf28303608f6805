import { Duration, Token } from 'aws-cdk-lib';
import { GeoRestriction, PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { z } from 'zod';
import { GatehouseError } from '../../core/problems/error.ts';
import type { CondaChannelProps, NetworkProps } from './props.ts';

/** On or off, also as text: `-c` gives every value as text. */
const flag = z
  .union([z.boolean(), z.enum(['on', 'off', 'true', 'false'])], 'expected on or off')
  .transform((value) => value === true || value === 'on' || value === 'true');

const wholeNumber = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)], 'expected a whole number');
const numberFrom = (min: number, max: number) => wholeNumber.pipe(z.int(`expected ${min} to ${max}`).min(min).max(max));
const days = z.preprocess(
  (value) => (value instanceof Duration ? value.toDays({ integral: false }) : value),
  numberFrom(1, 3650),
);

const size = z.strictObject({
  memory: numberFrom(128, 10_240).exactOptional(),
  scratch: numberFrom(512, 10_240).exactOptional(),
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

/** That of a construct of the app is known when it is deployed. */
const arn = (pattern: RegExp, expected: string) =>
  z.string().refine((value) => Token.isUnresolved(value) || pattern.test(value), `expected ${expected}`);

const schedule = z.preprocess(
  (value) => (value instanceof Schedule ? value.expressionString : value),
  text(
    /^(?:off|rate\(\d+ (?:minute|hour|day)s?\)|cron\([^()]+\))$/,
    'off, or a schedule such as `rate(7 days)` or `cron(0 4 ? * SUN *)`',
  ),
);

/** Countries as `-c` gives them, `DE,FR`, or as a list of them. */
const countries = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',') : value),
  z.array(text(/^[A-Z]{2}$/, 'countries by their two letters, such as DE,FR')),
);

const topicArn = arn(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of an SNS topic');

const secretArn = arn(
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
  'the whole ARN of a secret of Secrets Manager, with the six characters behind its name',
);

/** Settings of what is off, and what that is. */
const needing = [
  {
    names: ['domain', 'invalidate', 'priceClass', 'geoAllow', 'geoDeny', 'webAclArn'],
    needed: 'cdn',
    message: 'needs the CDN, which is off',
  },
  { names: ['alarmTopic', 'email'], needed: 'alarms', message: 'needs the alarms, which are off' },
] as const;

const idle = (settings: Readonly<Record<string, unknown>>) =>
  needing
    .filter(({ needed }) => settings[needed] === false)
    .flatMap(({ names, message }) => names.filter((name) => settings[name]).map((name) => ({ name, message })));

/** SQS lets no queue have fewer than two invocations at a time, and there are five queues. */
const leastConcurrency = 10;
const usualConcurrency = 16;

/** The names are those of the context; lib/settings/props.ts says what each means. */
const settingsSchema = z
  .strictObject({
    cdn: flag.default(true),
    schedule: schedule.default('rate(7 days)'),
    sweep: schedule.default('rate(1 day)'),
    domain: text(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'a host name').exactOptional(),
    certificateArn: arn(
      /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
      'the ARN of an ACM certificate in us-east-1',
    ).exactOptional(),
    retain: days.default(90),
    concurrency: numberFrom(leastConcurrency, usualConcurrency).default(usualConcurrency),
    sizes: sizes.prefault({}),
    bz2: flag.default(false),
    invalidate: flag.default(false),
    priceClass: z.enum(PriceClass, `expected one of ${Object.values(PriceClass).join(', ')}`).exactOptional(),
    geoAllow: countries.exactOptional(),
    geoDeny: countries.exactOptional(),
    webAclArn: arn(
      /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/,
      'the ARN of a web ACL of WAF v2 of scope CLOUDFRONT, in us-east-1',
    ).exactOptional(),
    alarmTopic: z.union([z.object({ topicArn }).transform((topic) => topic.topicArn), topicArn]).exactOptional(),
    netrcSecret: z.union([z.object({ secretArn }).transform((secret) => secret.secretArn), secretArn]).exactOptional(),
    email: z.email('expected an e-mail address').exactOptional(),
    alarms: flag.default(true),
  })
  .superRefine((settings, { addIssue }) => {
    const complain = (name: keyof typeof settings, message: string) =>
      addIssue({ code: 'custom', path: [name], message });
    if ((settings.domain === undefined) !== (settings.certificateArn === undefined))
      complain('domain', 'goes with certificateArn: give both or neither');
    if (settings.geoAllow && settings.geoDeny) complain('geoDeny', 'goes without geoAllow: give one of them');
    for (const { name, message } of idle(settings)) complain(name, message);
  });

/** A channel's settings, with all that was left out. */
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

type NoSettings =
  | keyof NetworkProps
  | 'encryptionKey'
  | 'accessLogs'
  | 'permissionsBoundary'
  | 'allowlist'
  | 'patches'
  | 'bucket';
/** Those of the props that context can say too. */
type SettingsProps = Omit<CondaChannelProps, NoSettings | 'bundles'>;

/** @throws as `readSettings` does, under the names of the context */
export function settingsOf({ certificate, geoRestriction, ...same }: SettingsProps, where: string): Settings {
  const geo = geoRestriction?.restrictionType === 'whitelist' ? 'geoAllow' : 'geoDeny';
  return readSettings(
    {
      ...same,
      ...(certificate && { certificateArn: certificate.certificateArn }),
      ...(geoRestriction && { [geo]: geoRestriction.locations }),
    },
    where,
  );
}

/** The props that say the same. */
export function propsOf({
  certificateArn,
  geoAllow,
  geoDeny,
  alarmTopic,
  netrcSecret,
  ...given
}: Settings): CondaChannelProps {
  const { schedule, sweep, retain, ...same } = given;
  const timed = (text: string) => (text === 'off' ? text : Schedule.expression(text));
  return {
    ...same,
    schedule: timed(schedule),
    sweep: timed(sweep),
    retain: Duration.days(retain),
    ...(certificateArn && { certificate: { certificateArn } }),
    ...(geoAllow && { geoRestriction: GeoRestriction.allowlist(...geoAllow) }),
    ...(geoDeny && { geoRestriction: GeoRestriction.denylist(...geoDeny) }),
    ...(alarmTopic && { alarmTopic: { topicArn: alarmTopic } }),
    ...(netrcSecret && { netrcSecret: { secretArn: netrcSecret } }),
  };
}

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);
