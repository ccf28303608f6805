import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../core/ports/clock.ts';
import { GatehouseError } from '../core/problems/error.ts';
import { isNetworkError, refusalOf } from './aws-refusal.ts';
import { type Logins, loginsIn } from './netrc/logins.ts';
import { parseNetrc } from './netrc/parse-netrc.ts';
import { systemClock } from './system-clock.ts';

interface Options {
  /** One made from the environment, for the secret's region, when absent. */
  readonly client?: Pick<SecretsManagerClient, 'send'>;
  readonly clock?: Pick<Clock, 'now'>;
}

/** Milliseconds: so soon a secret that was changed counts. Functions live for hours. */
const goodForMs = 5 * 60 * 1000;
/** Milliseconds; the SDK's own default is to wait for ever. */
const timeouts = { connectionTimeout: 10_000, socketTimeout: 30_000 };

/**
 * The logins of a secret of Secrets Manager that has a netrc as its text. It is read when it is first asked for, and again by the first who
 * asks five minutes later. What is kept is what was read: a secret that cannot be read is asked for each time.
 *
 * What it returns throws GatehouseError `usage.invalid` when it cannot be read or parsed, with `retry` where that may pass.
 *
 * @param arn of the secret, whole
 */
export function netrcSecret(arn: string, { client = clientFor(arn), clock = systemClock }: Options = {}): Logins {
  let [logins, until]: [Promise<Logins> | null, number] = [null, 0];
  return async (host) => {
    if (logins === null || clock.now() >= until) {
      [logins, until] = [readSecret(arn, client), clock.now() + goodForMs];
      logins.catch(() => {
        until = 0;
      });
    }
    return (await logins)(host);
  };
}

const clientFor = (arn: string): SecretsManagerClient =>
  new SecretsManagerClient({ region: arn.split(':')[3] ?? '', requestHandler: timeouts });

async function readSecret(arn: string, client: Pick<SecretsManagerClient, 'send'>): Promise<Logins> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (SecretString === undefined) throw unreadable(arn, 'it has no text');
    return loginsIn(parseNetrc(SecretString, `the secret ${arn}`));
  } catch (cause) {
    const refusal = refusalOf(cause);
    if (refusal !== null) throw unreadable(arn, refusal.code, refusal.isPassing);
    if (isNetworkError(cause) && !(cause instanceof GatehouseError)) throw unreadable(arn, cause.message, true);
    throw cause;
  }
}

/** Secrets Manager's own words are not shown: what it quotes is not ours to know. */
const unreadable = (arn: string, why: string, retry = false): GatehouseError =>
  new GatehouseError('usage.invalid', `the secret ${arn} cannot be read (${why})`, {
    retry,
    hint: 'It is the one that netrcSecret names: docs/networks.md says what it is to hold, and who must be let read it.',
  });
