/** How to install from a served channel, for each client; `package` is one that is known to install. */
export function installLines(url: string, specs: readonly string[] = []): string {
  const channel = `${url.replace(/\/$/, '')}/conda`;
  const spec = specs[0] === undefined ? 'PACKAGE' : `'${specs[0]}'`;
  return [
    `serving ${channel} (Ctrl-C stops)`,
    `  conda create -n try --override-channels -c ${channel} ${spec}`,
    `  mamba create -n try --override-channels -c ${channel} ${spec}`,
    `  pixi init try --channel ${channel} && cd try && pixi add ${spec}`,
    '',
  ].join('\n');
}
