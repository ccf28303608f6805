import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../../local/commands/run-command.ts';
import { commands } from '../../local/main.ts';
import type { Intercept } from '../../local/sample/serve-folder.ts';
import { fakeTerminal } from '../support/cli/fake-terminal.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

/** Runs a command on the lab's store, with its upstream as the allowlist's channel. */
async function run(...argv: readonly string[]) {
  const allowlist = join(lab.store, '../allowlist.json');
  await writeFile(
    allowlist,
    JSON.stringify({ channels: [lab.upstream.url], platforms: ['linux-64', 'win-64'], packages: ['a', 'b'] }),
  );
  const terminal = fakeTerminal();
  const argvWhole = [...argv, '--allowlist', allowlist, '--store', lab.store];
  await runCommand(argvWhole, { commands, terminal, untilInterrupted: async () => {} });
  return terminal.said;
}

const timesIn = (text: string, part: string): number => text.split(part).length - 1;

const answers: [string, Intercept, string, string][] = [
  [
    'a channel that wants credentials',
    (_, response) => void response.writeHead(403).end(),
    'answered with status 403',
    'Does it want credentials? Put "machine 127.0.0.1 login NAME password PASSWORD" into netrc (docs/networks.md). For a file it does not have it must answer 404.',
  ],
  [
    'a page instead of an index',
    (_, response) => void response.end('<html>'),
    'answered with HTML',
    'Is this a channel? Its server must answer 404 for files it does not have.',
  ],
];

it.each(answers)(
  'the hint of %s is told, each sentence once for all that share it',
  async (_, intercept, sentence, hint) => {
    await lab.publish([small('a 1.0'), small('b 1.0')]);
    lab.intercept = intercept;
    const text = await run('plan');
    expect(timesIn(text.err, sentence)).toBe(1);
    expect(text.err).toContain(`${sentence}\n      hint: ${hint}\n`);
    const { problems, entries } = JSON.parse((await run('plan', '--json')).out);
    expect(problems).toMatchObject([{ subject: 'linux-64, win-64', hint }]);
    expect(entries.map(({ explanation }: { explanation: string }) => explanation)).toEqual(
      Array(4).fill('not tried: an upstream could not be read'),
    );
    expect((await run('plan', '--markdown')).out).toContain(`${sentence}\` | \`${hint}\` |`);
    expect(JSON.parse((await run('sync', '--json')).out).plan.problems).toEqual(problems);
  },
);

it('the hint of a package that cannot be fetched is told', async () => {
  await lab.publish([small('a 1.0'), small('b 1.0')]);
  lab.intercept = (request, response, next) =>
    request.url?.endsWith('.conda') ? void response.writeHead(401).end() : next();
  const text = await run('sync');
  expect(text.err).toContain('status 401\n      hint: Does it want credentials?');
  const { failed } = JSON.parse((await run('sync', '--json')).out);
  expect(failed).toMatchObject([{ hint: expect.stringMatching(/^Does it want/) }, { hint: expect.any(String) }]);
});
