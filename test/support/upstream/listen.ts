import { once } from 'node:events';
import { createServer as createTcpServer, type Socket } from 'node:net';

interface Listening extends AsyncDisposable {
  readonly url: string;
  /** Resolves when every connection that was made is closed. */
  closed(): Promise<unknown>;
}

/** A server that speaks bytes, so that it can say what no HTTP library would. */
export async function listen(onData: (socket: Socket, data: string) => void): Promise<Listening> {
  const closings: Promise<unknown>[] = [];
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    closings.push(new Promise((resolve) => socket.once('close', resolve)));
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => onData(socket, data.toString('latin1')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/file`,
    closed: () => Promise.all(closings),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A server that says this to whatever it is asked, and hangs up. */
export const says = (answer: string) => listen((socket) => void socket.end(answer));
export const head = (headers: string) => `HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`;
