import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { didYouMean } from '../core/did-you-mean.ts';
import { GatehouseError } from '../core/error.ts';
import type { Flags } from './command.ts';

/**
 * Arguments by the options a command takes; of one given twice the last counts.
 *
 * @throws GatehouseError `usage.invalid`
 */
export function parseFlags(args: readonly string[], options: ParseArgsOptionsConfig): Flags {
  const parsed = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of parsed.tokens) {
    if (token.kind === 'positional') throw invalid(`"${token.value}" is not expected here`);
    if (token.kind === 'option') checkOption(token, options);
  }
  const values = Object.entries(parsed.values);
  return Object.fromEntries(values.map(([key, value]) => [key, Array.isArray(value) ? value.at(-1) : value]));
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, options: ParseArgsOptionsConfig): void {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) throw unknown(rawName, Object.keys(options));
  // `--store --json` misses a folder's name; whoever has one that starts so writes `--store=--json`.
  const isMissing = !value || (inlineValue !== true && value.startsWith('-'));
  if (option.type === 'string' && isMissing) throw invalid(`${rawName} needs a value`);
  if (option.type === 'boolean' && value !== undefined) throw invalid(`${rawName} takes no value`);
}

function unknown(rawName: string, names: readonly string[]): GatehouseError {
  const near = didYouMean(
    rawName,
    names.map((name) => `--${name}`),
  );
  return invalid(`no option ${rawName}`, near === null ? undefined : `did you mean ${near}?`);
}

const invalid = (message: string, hint = 'add --help to see what the command takes') =>
  new GatehouseError('usage.invalid', message, { hint });
