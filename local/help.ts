import type { Command } from './command.ts';

const commonHelp = [
  '--allowlist FILE   what may be in the channel (allowlist.json)',
  '--store DIR        the folder that is the channel (.gatehouse), or s3://BUCKET',
  '--json             data on stdout as JSON; messages stay on stderr',
  '-h, --help         this text',
];

export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `${[
    'Gatehouse: a curated conda channel of your own, holding exactly what allowlist.json lets in.',
    '',
    'Usage: gatehouse <command> [options]',
    '',
    'Commands:',
    ...list,
    '',
    'Options of every command:',
    ...commonHelp.map((line) => `  ${line}`),
    '',
    'Exit status: 0 done; 1 something did not hold; 2 bad usage or a bad allowlist.',
    '',
    'Example:',
    '  gatehouse up       sync allowlist.json, then serve the channel at http://127.0.0.1:8080/conda',
    '',
    'gatehouse <command> --help tells more about a command; gatehouse --version says which version this is.',
  ].join('\n')}\n`;
}

export function commandHelp({ name, summary, optionHelp, examples }: Command): string {
  return `${[
    `gatehouse ${name}: ${summary}`,
    '',
    `Usage: gatehouse ${name} [options]`,
    '',
    'Options:',
    ...[...optionHelp, ...commonHelp].map((line) => `  ${line}`),
    '',
    'Examples:',
    ...examples.flatMap(([line, does]) => [`  ${line}`, `      ${does}`]),
  ].join('\n')}\n`;
}
