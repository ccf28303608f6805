/** Never behind a proxy: this very machine. */
const loopback = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * The environment as it names proxies (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), as curl and pip read it; this machine
 * is always asked directly.
 */
export function proxyEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const direct = environment['no_proxy'] || environment['NO_PROXY'];
  const list = [...(direct ? [direct] : []), ...loopback].join(',');
  return { ...environment, no_proxy: list, NO_PROXY: list };
}
