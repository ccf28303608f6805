import { type Trusted, trustedBy } from './http-certificates.ts';
import { type ProxyFor, proxiesOf } from './http-proxies.ts';
import type { Logins } from './netrc/logins.ts';
import { netrcFile } from './netrc-file.ts';

/** How upstreams are reached from where we are. */
export interface Network {
  /** Without it all are asked directly. */
  readonly proxyFor?: ProxyFor;
  /** Without it Node's own authorities are trusted. */
  readonly trusted?: Trusted;
  /** Without it nobody is told who asks. */
  readonly logins?: Logins;
}

/** The network as an environment tells curl, conda and pip of it. Each file is read when the first request needs it. */
export const networkOf = (environment: NodeJS.ProcessEnv): Network => ({
  proxyFor: proxiesOf(environment),
  trusted: trustedBy(environment),
  logins: netrcFile(environment),
});
