import { refuse } from '../archive/finding.ts';
import { literalValue, type PythonLiteral } from './python-literal.ts';
import { type PythonToken, pythonTokens } from './python-tokens.ts';

/** Files that go to a folder below the prefix. */
interface DataFiles {
  readonly folder: string;
  /** In the sdist. */
  readonly paths: readonly string[];
}

/** What `setup.py` is seen to install besides modules. */
export interface SetupArguments {
  /** Paths in the sdist. */
  readonly scripts: readonly string[];
  readonly dataFiles: readonly DataFiles[];
  /** Arguments of which only running would tell what they are, or what they do, as they are written. */
  readonly unread: readonly string[];
}

/**
 * Searches `setup.py`, outside strings and comments, for what it gives to `setup()`. Nothing is run.
 *
 * @throws GatehouseError `package.refused` with `sdist.built` where modules are compiled or translated, and
 *   `sdist.setup-py` where arguments are hidden behind `**`, or no call is seen
 */
export function readSetupArguments(source: string): SetupArguments {
  const tokens = pythonTokens(source);
  refuseBuilt(tokens);
  const calls = setupCalls(tokens);
  if (calls.length === 0) refuse('sdist.setup-py', 'setup.py is not seen to call setup()');
  const given = calls.flatMap(splitArguments);
  if (given.some(([first]) => first?.text === '**')) refuse('sdist.setup-py', 'setup.py gives ** to setup()');
  const named = (keyword: string) => given.filter(([name, sign]) => name?.text === keyword && sign?.text === '=');
  const scripts = readOnly(named('scripts'), stringsOf);
  const dataFiles = readOnly(named('data_files'), dataFilesOf);
  const unread = [scripts === null ? 'scripts' : '', dataFiles === null ? 'data_files' : '', 'cmdclass'].flatMap(named);
  return { scripts: scripts ?? [], dataFiles: dataFiles ?? [], unread: unread.map(written) };
}

/** What makes modules out of something else than the files that lie there. */
const building = ['ext_modules', 'cffi_modules', 'rust_extensions', 'use_2to3'];

function refuseBuilt(tokens: readonly PythonToken[]): void {
  for (const [i, { text }] of tokens.entries()) {
    if (!building.includes(text)) continue;
    const value = tokens.slice(i + 1, i + 4).map((token) => token.text);
    if (value.join('') !== '=[]') refuse('sdist.built', `setup.py has ${text}: modules are built when it is run`);
  }
}

const opening = ['(', '[', '{'];
const closing = [')', ']', '}'];

/** Real ones have one, or one for each of two cases. */
const maxCalls = 16;

/** The tokens between the parentheses of each call of `setup`. */
function setupCalls(tokens: readonly PythonToken[]): PythonToken[][] {
  const calls: PythonToken[][] = [];
  for (const [i, { text }] of tokens.entries()) {
    const called = text === 'setup' && tokens[i + 1]?.text === '(' && tokens[i - 1]?.text !== 'def';
    if (called && calls.length === maxCalls) refuse('sdist.setup-py', `setup.py calls setup() over ${maxCalls} times`);
    if (called) calls.push(insideParentheses(tokens.slice(i + 2)));
  }
  return calls;
}

function insideParentheses(tokens: readonly PythonToken[]): PythonToken[] {
  let depth = 1;
  const end = tokens.findIndex(({ text }) => {
    depth += Number(opening.includes(text)) - Number(closing.includes(text));
    return depth === 0;
  });
  if (end < 0) refuse('sdist.setup-py', 'a call of setup() in setup.py has no end');
  return tokens.slice(0, end);
}

function splitArguments(tokens: readonly PythonToken[]): PythonToken[][] {
  let depth = 0;
  const given: PythonToken[][] = [[]];
  for (const token of tokens) {
    depth += Number(opening.includes(token.text)) - Number(closing.includes(token.text));
    if (token.text === ',' && depth === 0) given.push([]);
    else given.at(-1)?.push(token);
  }
  return given.filter((argument) => argument.length > 0);
}

/** The value of an argument: nothing where it is not given, null where it is no literal, or given in two places. */
function readOnly<T>(
  [only, ...more]: readonly PythonToken[][],
  read: (value: PythonLiteral) => readonly T[] | null,
): readonly T[] | null {
  if (only === undefined) return [];
  const value = more.length > 0 ? null : literalValue(only.slice(2));
  return value === null ? null : read(value);
}

function stringsOf(value: PythonLiteral): string[] | null {
  if (typeof value === 'string') return null;
  const strings = value.filter((item) => typeof item === 'string');
  return strings.length === value.length ? strings : null;
}

function dataFilesOf(value: PythonLiteral): DataFiles[] | null {
  if (typeof value === 'string') return null;
  const found: DataFiles[] = [];
  for (const item of value) {
    const [folder, listed, more] = typeof item === 'string' ? [] : item;
    const paths = listed === undefined ? null : stringsOf(listed);
    if (typeof folder !== 'string' || paths === null || more !== undefined) return null;
    found.push({ folder, paths });
  }
  return found;
}

const maxShownTokens = 12;

function written(argument: readonly PythonToken[]): string {
  const shown = argument.slice(0, maxShownTokens).map(({ text }) => text);
  return shown.join('') + (argument.length > maxShownTokens ? '...' : '');
}
