import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { cleanEnvironment } from './run-client.ts';

export interface PeerServer {
  readonly url: string;
  /** Ends it; safe to call twice, and called when the test ends. */
  end(): Promise<void>;
}

/**
 * Starts somebody else's server on a free port of this machine, in a home of its own, and waits until it answers.
 *
 * @param command argv by port
 * @throws with what it said, when it ends before it answers
 */
export async function peerServer(command: (port: number) => readonly string[], home: string): Promise<PeerServer> {
  const port = await freePort();
  const [program = '', ...args] = command(port);
  const child = spawn(program, args, { cwd: home, env: cleanEnvironment(home), stdio: ['ignore', 'ignore', 'pipe'] });
  const [said, ended] = [text(child.stderr), once(child, 'exit')];
  const end = async () => {
    child.kill();
    await ended;
  };
  onTestFinished(end);
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (hasEnded(child)) throw new Error(await said);
    await wait(100);
  }
  return { url, end };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('listens on no port');
  return address.port;
}
