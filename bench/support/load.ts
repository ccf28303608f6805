import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Seconds from now until a URL answers with 200: it is asked every 10 ms. */
export async function untilServed(url: string): Promise<number> {
  const started = performance.now();
  for (;;) {
    const status = await get(url, {}).catch(() => null);
    if (status === 200) return (performance.now() - started) / 1000;
    if (performance.now() - started > 120_000) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Load {
  readonly clients: number;
  readonly seconds: number;
  readonly accept: string;
}

/** Answers a second, with so many clients that ask one after the other and keep their connections. */
export async function answersPerSecond(urls: readonly string[], { clients, seconds, accept }: Load): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const until = performance.now() + seconds * 1000;
  let [answers, next] = [0, 0];
  const client = async () => {
    while (performance.now() < until) {
      const url = urls[next++ % urls.length] ?? '';
      const status = await get(url, { agent, accept });
      if (status !== 200) throw new Error(`${url} answered ${status}`);
      answers += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return answers / seconds;
}

/** Milliseconds that one answer takes, the median of so many. */
export async function answerMs(url: string, accept: string, times: number): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const started = performance.now();
    const status = await get(url, { accept });
    if (status !== 200) throw new Error(`${url} answered ${status}`);
    taken.push(performance.now() - started);
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN;
}

interface Asking {
  readonly agent?: Agent;
  readonly accept?: string;
}

/** The status of an answer, once all of it was read. */
const get = (url: string, { agent, accept = '*/*' }: Asking): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { headers: { accept }, ...(agent && { agent }) }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    sent.once('error', reject);
    sent.end();
  });
