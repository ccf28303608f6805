import { expect, it } from 'vitest';
import { runCommand } from '../../local/commands/run-command.ts';
import { yankCommand } from '../../local/commands/yank-command.ts';
import { fakeTerminal } from '../support/cli/fake-terminal.ts';

it.each([
  [['acme-tool', '1.0'], 'yank needs a reason'],
  [['acme-tool', '1.0', '--reason', ' \t'], 'yank needs a reason'],
  [['acme-tool', '1.0', '--reason', 'x'.repeat(401)], '--reason has more than 400 characters'],
  [['acme-tool', '1.0', '--undo', '--reason', 'x'], '--undo takes no --reason'],
  [['acme-tool', '--reason', 'x'], 'yank needs a NAME and a VERSION'],
  [['acme-tool', '1.0', '--reason', 'two', 'words'], '"words" is not expected here'],
])('yank %j is bad usage, and touches no store', async (args, said) => {
  const terminal = fakeTerminal();
  const world = { commands: [yankCommand], terminal, untilInterrupted: async () => {} };
  expect(await runCommand(['yank', '--store', import.meta.dirname, ...args], world)).toBe(2);
  expect(terminal.said).toMatchObject({ out: '', err: expect.stringContaining(said) });
});
