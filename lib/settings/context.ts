import type { Environment } from 'aws-cdk-lib';
import { z } from 'zod';
import { didYouMean } from '../../core/problems/did-you-mean.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { CondaChannelProps } from './props.ts';
import { propsOf, readSettings, settingNames, text } from './settings.ts';

/** What an app is told beside the settings of its channel. */
const placeSchema = z.object({
  /** The stack's name: another name is another channel. */
  stack: text(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'a letter, then letters, digits and -, 128 at most').default(
    'Gatehouse',
  ),
  account: text(/^\d{12}$/, 'the 12 digits of an account').optional(),
  region: text(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/, 'a region such as eu-west-1').optional(),
  /** The name of a bucket that is there. */
  bucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket').optional(),
  /** The path of allowlist.json; its hotfixes lie in `patches` beside it. */
  allowlist: z.string().min(1).optional(),
});

/** What a stack is made of: its id, and the props of a ChannelStack. */
export interface AppContext {
  readonly stack: string;
  readonly props: {
    readonly env: Environment;
    readonly bucketName?: string;
    readonly channel: CondaChannelProps;
  };
}

const where = 'The context (-c, cdk.json)';

/**
 * The app given by `-c NAME=VALUE` or under `context` in cdk.json.
 *
 * @throws GatehouseError `usage.invalid` for a name that nobody knows, or a value that cannot be
 */
export function readContext(node: { getAllContext(): unknown }): AppContext {
  const given = z.record(z.string(), z.unknown()).parse(node.getAllContext());
  expectKnown(Object.keys(given));
  const channel = propsOf(readSettings(only(settingNames, given), where));
  const place = placeSchema.safeParse(given);
  if (!place.success) {
    const lines = place.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new GatehouseError('usage.invalid', [`${where} cannot be read:`, ...lines]);
  }
  const { stack, account, region, bucket, allowlist } = place.data;
  const env = { ...(account && { account }), ...(region && { region }) };
  return {
    stack,
    props: { env, ...(bucket && { bucketName: bucket }), channel: { ...channel, ...(allowlist && { allowlist }) } },
  };
}

const only = (names: readonly string[], given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));

const names = [...settingNames, ...Object.keys(placeSchema.shape)];

/** Flags, answers of lookups and what tools tell each other have a colon or a slash in their names; these two have none. */
const ofCdk = ['cli-telemetry', 'acknowledged-issue-numbers'];
const isOfOthers = (name: string): boolean => /[:/]/.test(name) || ofCdk.includes(name);

function expectKnown(given: readonly string[]): void {
  const unknown = given.filter((name) => !names.includes(name) && !isOfOthers(name));
  if (unknown.length === 0) return;
  const lines = unknown.map((name) => {
    const near = didYouMean(name, names);
    return `  ${name}: ${near === null ? 'is no setting' : `did you mean "${near}"?`}`;
  });
  const hint = 'docs/operations.md has all names; one of your own has a colon or a slash in it, as in acme:team';
  throw new GatehouseError('usage.invalid', [`${where} has what nobody reads:`, ...lines], { hint });
}
