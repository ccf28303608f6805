import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Command, Invocation } from '../../local/commands/command.ts';
import { runCommand } from '../../local/commands/run-command.ts';
import { commands } from '../../local/main.ts';
import gatehouse from '../../package.json' with { type: 'json' };
import { fakeTerminal } from '../support/cli/fake-terminal.ts';

async function run(argv: readonly string[], known: readonly Command[] = commands) {
  const terminal = fakeTerminal();
  const status = await runCommand(argv, { commands: known, terminal, untilInterrupted: async () => {} });
  return { status, ...terminal.said };
}

/** A command that only tells what it was given. */
function spy(): { command: Command; given: Invocation[] } {
  const given: Invocation[] = [];
  const command: Command = {
    name: 'spy',
    summary: 'look',
    beginsStore: true,
    options: { port: { type: 'string' }, once: { type: 'boolean' } },
    optionHelp: [],
    examples: [],
    async run(invocation) {
      given.push(invocation);
      return 0;
    },
  };
  return { command, given };
}

/** A line's words as a shell passes them on: without the file that it sends the output to. */
const argumentsOf = (line: string): string[] => line.replace(/ >>? [\w.-]+$/, '').split(' ');

describe('help', () => {
  it.each(commands.map(({ name }) => name))(
    'gatehouse %s --help shows its options and whole examples',
    async (name) => {
      const { status, out, err } = await run([name, '--help']);
      expect({ status, err }).toEqual({ status: 0, err: '' });
      expect(out).toContain('--allowlist FILE');
      expect(out).toMatch(new RegExp(`Examples:\n  gatehouse ${name}`));
      expect((await run(['help', name])).out).toBe(out);
      expect((await run([name, '-h', '--json'])).out).toBe(out);
    },
  );

  it.each(commands)('the examples of $name are command lines it takes', async ({ examples }) => {
    for (const [line] of examples) {
      const [, ...argv] = argumentsOf(line);
      expect(await run([...argv, '--help']), line).toMatchObject({ status: 0 });
    }
  });

  it.each(commands)('every option of $name is in its help', async ({ name, options }) => {
    const { out } = await run([name, '--help']);
    for (const option of Object.keys(options)) expect(out).toMatch(new RegExp(`^  --${option}[ ,]`, 'm'));
  });

  it('is data when asked for, and an error when nothing was asked for', async () => {
    const asked = await run(['--help']);
    expect(asked).toMatchObject({ status: 0, err: '' });
    for (const { name } of commands) expect(asked.out).toContain(`\n  ${name} `);
    expect(await run([])).toEqual({ status: 2, out: '', err: asked.out });
  });

  it('says its version', async () => {
    expect(await run(['--version'])).toEqual({ status: 0, out: `${gatehouse.version}\n`, err: '' });
  });
});

describe('usage that is wrong is named, with a hint, and nothing runs', () => {
  it.each([
    [['snyc'], 'error: no command "snyc"\nhint: did you mean sync?\n'],
    [['help', 'plna'], 'error: no command "plna"\nhint: did you mean plan?\n'],
    [['frobnicate'], /^error: no command "frobnicate"\nhint: the commands are up, sync, status, plan, /],
    [['sync', '--stroe', 'x'], 'error: no option --stroe\nhint: did you mean --store?\n'],
    [['sync', '--toString'], /^error: no option --toString\nhint: /],
    [['sync', '--__proto__=1'], /^error: no option --__proto__\nhint: /],
    [['sync', '-x'], /^error: no option -x\nhint: /],
    [['sync', 'numpy'], /^error: "numpy" is not expected here\nhint: /],
    [['sync', '--allowlist'], /^error: --allowlist needs a value\nhint: /],
    [['sync', '--allowlist='], /^error: --allowlist needs a value\nhint: /],
    [['sync', '--store', '--json'], /^error: --store needs a value\nhint: /],
    [['sync', '--json=yes'], /^error: --json takes no value\nhint: /],
    [['sync', '--markdown'], /^error: no option --markdown\nhint: /],
    [['sync', '--store', import.meta.filename], /which is not a folder\nhint: /],
    [['sync', '--store', 'https://bucket'], /which is neither a folder nor s3:\/\/BUCKET\nhint: /],
    [['sync', '--store', 's3://bucket/prefix'], /takes a whole bucket\nhint: give it one of its own: s3:\/\/bucket\n/],
    [['sync', '--store', 's3://'], /which names no bucket\nhint: /],
    [['sync', '--store', 's3:bucket'], /which names no bucket\nhint: /],
    [['sync', '--store', 's3://Bucket_1'], /which names no bucket\nhint: /],
    [['serve', '--port', '65536'], /^error: --port is "65536", which is not a port\nhint: /],
    [['serve', '--port', 'http'], /which is not a port\nhint: /],
    [['up', '--port', '-1'], /^error: --port needs a value\nhint: /],
  ])('%j', async (argv, message) => {
    const { status, out, err } = await run(argv);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    if (typeof message === 'string') expect(err).toBe(message);
    else expect(err).toMatch(message);
  });
});

describe('a store that is not there', () => {
  const missing = join(import.meta.dirname, 'no-such-folder', 'x');

  it.each(commands.filter(({ beginsStore }) => beginsStore !== true))(
    'is no empty one to $name, which makes none',
    async ({ name }) => {
      const { status, out, err } = await run([name, '--store', missing]);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      const hint = `${name} takes a store that is; gatehouse sync makes one`;
      expect(err).toBe(`error: --store is "${missing}", which is not there\nhint: ${hint}\n`);
      expect(existsSync(dirname(missing))).toBe(false);
    },
  );

  it('is begun by those that bring something in, show what they would, or serve what comes', () => {
    const beginning = commands.filter(({ beginsStore }) => beginsStore === true).map(({ name }) => name);
    expect(beginning.sort()).toEqual(['demo', 'plan', 'publish', 'serve', 'sync', 'token', 'up']);
  });
});

describe('what a command gets', () => {
  it('defaults, and of an option given twice the last', async () => {
    const { command, given } = spy();
    expect((await run(['spy'], [command])).status).toBe(0);
    const argv = ['spy', '--store', 'a', '--store=b', '--allowlist', 'x.json', '--json', '--port', '1', '--once'];
    expect((await run(argv, [command])).status).toBe(0);
    expect(given).toMatchObject([
      { allowlist: undefined, store: '.gatehouse', json: false, flags: {} },
      { allowlist: 'x.json', store: 'b', json: true, flags: { port: '1', once: true } },
    ]);
  });

  it.each([
    [2, 'error: no\nhint: try\n', new GatehouseError('usage.invalid', 'no', { hint: 'try' })],
    [1, 'error: broken\n', new GatehouseError('store.broken', 'broken')],
    [1, 'error: ENOSPC: no space left\n', Object.assign(new Error('ENOSPC: no space left'), { syscall: 'write' })],
    [1, /^internal\.bug: TypeError: oops\n\s+at /, new TypeError('oops')],
  ])('status %i when it throws: %s', async (status, message, error) => {
    const { command } = spy();
    const thrower = { ...command, run: () => Promise.reject(error) };
    const { err, ...rest } = await run(['spy'], [thrower]);
    expect(rest).toEqual({ status, out: '' });
    expect(err).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });
});

const pages = new URL('../../', import.meta.url);
const names = [
  'README.md',
  ...readdirSync(new URL('docs/', pages))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (name: string) => readFile(new URL(name, pages), 'utf8');

it.each(names)('each command line of %s is one that is taken', async (name) => {
  const lines = [...(await textOf(name)).matchAll(/npx gatehouse ([^`\n]*)/g)].map(([, line = '']) => line.trim());
  if (name === 'README.md') expect(lines.length).toBeGreaterThanOrEqual(6);
  for (const line of lines) expect(await run([...argumentsOf(line), '--help']), line).toMatchObject({ status: 0 });
});

it('each address that help and pages show is one that the server knows, and the channel has its name', async () => {
  const helps = await Promise.all([['help'], ...commands.map(({ name }) => [name, '--help'])].map((argv) => run(argv)));
  const texts = [...helps.map(({ out }) => out), ...(await Promise.all(names.map(textOf)))];
  const shown = texts.flatMap((text) =>
    [...text.matchAll(/http:\/\/127\.0\.0\.1:8080\/([\w./-]*)/g)].map(([, path]) => path),
  );
  expect(shown).toContain('gatehouse');
  const known = /^(?:(?:staging\/)?(?:gatehouse|(?:simple|legacy)\/.*))?$/;
  expect(shown.filter((path = '') => !known.test(path))).toEqual([]);
});

it('each option that README.md names is one', async () => {
  const optionsSaid = (await textOf('README.md')).match(/`--[a-z-]+/g)?.map((text) => text.slice(3)) ?? [];
  const known = new Set([
    'allowlist',
    'store',
    'json',
    'help',
    ...commands.flatMap(({ options }) => Object.keys(options)),
  ]);
  expect(optionsSaid.filter((option) => !known.has(option))).toEqual([]);
});
