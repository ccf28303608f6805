import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface TestProxy extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** `METHOD TARGET STATUS`, in order. */
  readonly requests: readonly string[];
}

interface ProxyOptions {
  /** `USER:PASSWORD` that it wants; it asks nobody without it. */
  readonly wants?: string;
  /** Answers every request with it instead of passing it on. */
  readonly status?: number;
}

/** A proxy that passes on requests and tunnels (RFC 9110, 9.3.6), and takes every name of a host for this machine. */
export async function testProxy({ wants, status }: ProxyOptions = {}): Promise<TestProxy> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const refusal = (asked: IncomingMessage): number | undefined => {
    const given = asked.headers['proxy-authorization'];
    const isKnown = wants === undefined || given === `Basic ${Buffer.from(wants).toString('base64')}`;
    const refused = isKnown ? status : 407;
    requests.push(`${asked.method} ${asked.url} ${refused ?? 'passed'}`);
    return refused;
  };
  const server = createServer((asked, answer) => {
    const refused = refusal(asked);
    if (refused !== undefined) return void answer.writeHead(refused).end();
    const { port, pathname, search } = new URL(asked.url ?? '');
    const { 'proxy-authorization': _, ...headers } = asked.headers;
    const passed = request({ host: '127.0.0.1', port, path: pathname + search, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    passed.end();
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (asked, socket) => {
    const refused = refusal(asked);
    if (refused !== undefined) return void socket.end(`HTTP/1.1 ${refused} No\r\nContent-Length: 0\r\n\r\n`);
    const far = connect(Number(asked.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    sockets.add(far);
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
