import { refuse, shown } from '../archive/finding.ts';

/** A command that an installer makes: a call of `target`. */
export interface WheelCommand {
  readonly name: string;
  /** `module:function`, both dotted identifiers. */
  readonly target: string;
  /** Extras without which the command is said not to work: `[cli]`. */
  readonly extras: readonly string[];
  /** Whether it wants a window instead of a console. */
  readonly gui: boolean;
}

const groups = new Map([
  ['console_scripts', false],
  ['gui_scripts', true],
]);

/** In UTF-16 units. Real ones have some thousand; each line and command costs memory besides. */
const maxTextLength = 1024 ** 2;

/**
 * The commands of `entry_points.txt` (the entry points specification), read as `importlib.metadata` reads it. What is
 * refused is what conda, rattler and pip refuse when they link: a package that is solved and downloaded would fail there.
 *
 * @throws GatehouseError `package.refused` with `wheel.entry-point`
 */
export function parseCommands(text: string): WheelCommand[] {
  if (text.length > maxTextLength) refuse('wheel.entry-point', `more than ${maxTextLength} characters`);
  const commands = new Map<string, WheelCommand>();
  for (const { group, line } of entryPointRows(text)) {
    const gui = groups.get(group);
    if (gui !== undefined) addCommand(commands, parseCommand(line, gui));
  }
  return [...commands.values()];
}

/** A line of `entry_points.txt` below the heading of its group. */
export interface EntryPointRow {
  /** `console_scripts`, `conda`. */
  readonly group: string;
  readonly line: string;
}

/** What ends a line to Python's `str.splitlines`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Python goes by
const pythonLineEnd = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
/** What Python's `str.strip` takes away at both ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Python goes by
const outerSpace = /^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g;

/** The rows of `entry_points.txt`, as `importlib.metadata` splits it; what stands before all headings is passed over. */
export function entryPointRows(text: string): EntryPointRow[] {
  const rows: EntryPointRow[] = [];
  let group: string | undefined;
  for (const line of text.split(pythonLineEnd).map((written) => written.replace(outerSpace, ''))) {
    if (line === '' || line.startsWith('#')) continue;
    const heading = line.startsWith('[') && line.endsWith(']');
    if (heading) group = line.replace(/^[[\]]+|[[\]]+$/g, '').trim();
    else if (group !== undefined) rows.push({ group, line });
  }
  return rows;
}

function addCommand(commands: Map<string, WheelCommand>, command: WheelCommand): void {
  const before = commands.get(command.name);
  if (before !== undefined && before.target !== command.target) {
    refuse('wheel.entry-point', `two commands named ${shown(command.name)}`);
  }
  commands.set(command.name, before ?? command);
}

/** A name that is one file on every system. It is joined to the folder of commands: none may leave it. */
const commandName = /^(?!\.)[^/\\:*?"<>|=\p{Cc}]+$/u;
const dotted = '[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*';
const callable = new RegExp(`^(${dotted})\\s*:\\s*(${dotted})\\s*(?:\\[([^\\]]*)\\])?$`);

function parseCommand(line: string, gui: boolean): WheelCommand {
  const split = line.indexOf('=');
  const name = line.slice(0, Math.max(split, 0)).trim();
  if (!commandName.test(name)) refuse('wheel.entry-point', `the command ${shown(line)} has no name that can be`);
  const [, module, attribute, extras = ''] = callable.exec(line.slice(split + 1).trim()) ?? [];
  if (module === undefined) refuse('wheel.entry-point', `the command ${shown(line)} names no module:function`);
  const wanted = extras.split(',').map((extra) => extra.trim());
  return { name, target: `${module}:${attribute}`, extras: wanted.filter((extra) => extra !== ''), gui };
}
