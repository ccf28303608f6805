import { stat } from 'node:fs/promises';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { isAbsence } from '../../adapters/system-error.ts';
import { didYouMean } from '../../core/problems/did-you-mean.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Terminal } from '../render/terminal.ts';
import { accessLog, accessLogFormats } from '../serve/access-log.ts';
import type { ServeOptions } from '../serve/serve-store.ts';
import type { Command, Flags, Invocation } from './command.ts';

/**
 * Arguments by the options a command takes; of one given twice the last counts. What is no option is an operand.
 *
 * @throws GatehouseError `usage.invalid`, for an operand as well where the command takes none
 */
export function parseArguments(
  args: readonly string[],
  { options, operands }: Pick<Command, 'options' | 'operands'>,
): Pick<Invocation, 'flags' | 'operands'> {
  const parsed = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of parsed.tokens) {
    if (token.kind === 'positional' && operands === undefined) throw invalid(`"${token.value}" is not expected here`);
    if (token.kind === 'option') checkOption(token, options);
  }
  const values = Object.entries(parsed.values);
  const flags = Object.fromEntries(values.map(([key, value]) => [key, Array.isArray(value) ? value.at(-1) : value]));
  return { flags, operands: parsed.positionals };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, options: ParseArgsOptionsConfig): void {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const names = Object.keys(options).map((known) => `--${known}`);
    const near = didYouMean(rawName, names);
    throw invalid(`no option ${rawName}`, near === null ? undefined : `did you mean ${near}?`);
  }
  // `--store --json` misses a folder's name; whoever has one that starts so writes `--store=--json`.
  const isMissing = !value || (inlineValue !== true && value.startsWith('-'));
  if (option.type === 'string' && isMissing) throw invalid(`${rawName} needs a value`);
  if (option.type === 'boolean' && value !== undefined) throw invalid(`${rawName} takes no value`);
}

export const invalid = (message: string, hint = 'add --help to see what the command takes') =>
  new GatehouseError('usage.invalid', message, { hint });

/**
 * `--store`: a folder, or, for a command that may begin one, a place where it can be made; or `s3://BUCKET`.
 *
 * @throws GatehouseError `usage.invalid` for a file, another URL, a place within a bucket, or nothing where a store has to be
 */
export async function storeFlag(value: string, command: Pick<Command, 'name' | 'beginsStore'>): Promise<string> {
  const [isBucket, name, rest] = /^s3:(?:\/\/([^/]*)\/?(.*))?/is.exec(value) ?? [];
  if (isBucket !== undefined) {
    if (rest) throw noStore(value, 'and a channel takes a whole bucket', `give it one of its own: s3://${name}`);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    if (name !== undefined && /^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/.test(name)) return `s3://${name}`;
    throw noStore(value, 'which names no bucket', 'write s3://BUCKET: 3 to 63 of a-z, 0-9, - and .');
  }
  await expectFolder(value, command);
  return value;
}

async function expectFolder(
  value: string,
  { name, beginsStore = false }: Pick<Command, 'name' | 'beginsStore'>,
): Promise<void> {
  const hint = `name a folder${beginsStore ? ' (one that is not there is made)' : ''}, or s3://BUCKET`;
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(value)) throw noStore(value, 'which is neither a folder nor s3://BUCKET', hint);
  const found = await stat(value).catch((error: unknown) => (isAbsence(error) ? null : undefined));
  // A name misspelt would be a new channel: swept and found sound, its bill of materials empty.
  if (found === null && !beginsStore)
    throw noStore(value, 'which is not there', `${name} takes a store that is; gatehouse sync makes one`);
  if (found && !found.isDirectory()) throw noStore(value, 'which is not a folder', hint);
}

const noStore = (value: string, reason: string, hint: string) => invalid(`--store is "${value}", ${reason}`, hint);

/** The options of a command that serves. */
export const listenOptions = {
  port: { type: 'string' },
  host: { type: 'string' },
  'access-log': { type: 'string' },
} satisfies ParseArgsOptionsConfig;
export const portHelp = '--port N           port to listen on (8080)';
export const listenHelp = [
  portHelp,
  '--host H           address to listen on (127.0.0.1)',
  '--access-log F     each request on stdout: common (Common Log Format) or json',
];

/** `--port`, 0 for any free one; `--host`; and by `--access-log` where a server's requests are told. */
export function listenFlags(flags: Flags, terminal: Terminal): Required<Pick<ServeOptions, 'port' | 'host' | 'log'>> {
  const { port: text = '8080', host = '127.0.0.1', 'access-log': format } = flags;
  const port = /^\d{1,5}$/.test(String(text)) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw invalid(`--port is "${text}", which is not a port`, 'give a number from 0 to 65535; 0 takes any free port');
  }
  const known = accessLogFormats.find((one) => one === format);
  if (format !== undefined && known === undefined) {
    throw invalid(`--access-log is "${format}", which is no format`, `write ${accessLogFormats.join(' or ')}`);
  }
  if (known === 'common' && flags['json'] === true) {
    throw invalid('--json and --access-log common would mix on stdout', 'write --access-log json');
  }
  return { port, host: String(host), log: accessLog(known ?? null, terminal) };
}

/** A flag of whole minutes, at least one. */
export function minutesFlag(flags: Flags, name: string, byDefault: number): number {
  const { [name]: text = String(byDefault) } = flags;
  if (/^[1-9]\d{0,4}$/.test(String(text))) return Number(text);
  throw invalid(`--${name} is "${text}", which is no number of minutes`, 'give whole minutes, for example 60');
}
