import { scheduler } from 'node:timers/promises';
import { type Token, tokenOf } from '../../core/documents/tokens.ts';
import type { UploadLimits } from './upload-limits.ts';

/** How wrong credentials are met: each waits, but no crowd of them takes more than so many waits. */
export interface Doorkeeper {
  /**
   * The token of an Authorization header, or null after a wait when it is of none.
   *
   * @param wrong told of a credential that is no token's
   */
  tokenFor(tokens: readonly Token[], authorization: string | undefined, wrong: () => void): Promise<Token | null>;
}

/**
 * Looks after credentials. A secret has 256 bits, so that nobody guesses one; the wait only keeps a script with a stale
 * token from asking as fast as it can.
 */
export function doorkeeper(limits: Pick<UploadLimits, 'wrongMs' | 'wrongWaiting'>): Doorkeeper {
  let waiting = 0;
  return {
    async tokenFor(tokens, authorization, wrong) {
      const secret = passwordOf(authorization);
      if (secret === null) return null;
      const token = tokenOf(tokens, secret);
      if (token !== null) return token;
      wrong();
      if (waiting >= limits.wrongWaiting) return null;
      waiting += 1;
      await scheduler.wait(limits.wrongMs).finally(() => {
        waiting -= 1;
      });
      return null;
    },
  };
}

/** The password of Basic authentication (RFC 7617), whoever the user is; null when there is none. */
function passwordOf(authorization: string | undefined): string | null {
  const [, encoded] = /^basic +([a-z\d+/_-]+=*) *$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon === -1 ? null : pair.slice(colon + 1);
}
