import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runCommand } from '../../../local/commands/run-command.ts';
import { commands } from '../../../local/main.ts';
import { commandsIn, controlsIn, ownedLinesIn } from '../hostile-text.ts';
import { markdownOutsideCode } from '../markdown-outside-code.ts';
import { fakeTerminal, screenAfter } from './fake-terminal.ts';
import { lab } from './lab.ts';

/** What a run of a command wrote. */
export interface Output {
  readonly command: string;
  readonly out: string;
  readonly err: string;
}

/** Runs a command on the lab's store: what it writes to a pipe, to a terminal, and in its other forms. */
async function outputsOf(command: string, forms: readonly string[]): Promise<Output[]> {
  const place = ['--allowlist', join(lab.store, '../allowlist.json'), '--store', lab.store];
  const outputs: Output[] = [];
  for (const form of forms) {
    const terminal = fakeTerminal({ isTerminal: form === 'terminal' });
    const flags = form.startsWith('-') ? [form] : [];
    await runCommand([command, ...flags, ...place], { commands, terminal, untilInterrupted: async () => {} });
    const { out, err } = terminal.said;
    // The bars' own movements of the cursor are carried out, so that only another's are left.
    outputs.push({ command: `${command} ${form}`, out, err: form === 'terminal' ? screenAfter(err).join('\n') : err });
  }
  return outputs;
}

/** The commands that read what upstream says. */
export async function upstreamOutputs(packages: readonly unknown[], more: object = {}): Promise<Output[]> {
  const allowlist = { channels: [lab.upstream.url], platforms: ['linux-64'], packages, ...more };
  await writeFile(join(lab.store, '../allowlist.json'), JSON.stringify(allowlist));
  return [
    ...(await outputsOf('plan', ['', '--json', '--markdown'])),
    ...(await outputsOf('sync', ['terminal', '--json'])),
  ];
}

/** The commands that read what is in the store. */
export const storeOutputs = async (): Promise<Output[]> => [
  ...(await outputsOf('index', ['--json', '--rebuild'])),
  ...(await outputsOf('verify', ['', '--json'])),
  ...(await outputsOf('prune', ['--json', '--delete'])),
];

/** Expects that no text from outside could do anything but appear. */
export function expectHarmless(outputs: readonly Output[]): void {
  for (const { command, out, err } of outputs) {
    expect([out, err].flatMap(controlsIn), command).toEqual([]);
    expect([out, err].flatMap(commandsIn), command).toEqual([]);
    expect([out, err].flatMap(ownedLinesIn), command).toEqual([]);
    expect(Math.max(...err.split('\n').map((line) => line.length)), command).toBeLessThan(700);
    if (command.endsWith('--json') && out !== '') JSON.parse(out);
    if (command.endsWith('--markdown')) expect(markdownOutsideCode(out), command).toMatch(/^[\w\s.,:;()|#*-]*$/);
  }
}

/** How often the outputs tell of it: a test whose text went nowhere would prove nothing. */
export const tellings = (outputs: readonly Output[], part: string): number =>
  outputs.filter(({ out, err }) => out.includes(part) || err.includes(part)).length;
