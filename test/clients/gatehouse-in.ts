import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { type CliRun, runCli, startCli } from '../support/cli/run-cli.ts';

const program = fileURLToPath(new URL('../../bin/gatehouse.ts', import.meta.url));

/** A command of a page, for a shell: `npx gatehouse` is this checkout's. */
export const asTyped = (text: string): string => text.replaceAll('npx gatehouse', `${process.execPath} ${program}`);

/** The real command line in a folder, whose store is `.gatehouse`. */
export interface Gatehouse {
  /** Runs a command that has to end well. */
  run(...args: readonly string[]): Promise<CliRun>;
  /** Runs a command, however it ends. */
  tried(...args: readonly string[]): Promise<CliRun>;
  /** Serves for as long as the test runs; its URL, without a slash behind it. */
  serve(...flags: readonly string[]): Promise<string>;
}

export function gatehouseIn(folder: string): Gatehouse {
  const tried = (...args: readonly string[]) => runCli(args, { cwd: folder });
  return {
    tried,
    async run(...args) {
      const done = await tried(...args);
      expect(done.status, `gatehouse ${args.join(' ')}: ${done.stdout}${done.stderr}`).toBe(0);
      return done;
    },
    async serve(...flags) {
      const { child, said, ended, untilSaid } = startCli(['serve', '--port', '0', ...flags], { cwd: folder });
      onTestFinished(async () => {
        child.kill('SIGKILL');
        await ended;
      });
      await untilSaid('pixi init');
      return /http:\/\/[\d.:]+/.exec(said.stderr)?.[0] ?? '';
    },
  };
}
