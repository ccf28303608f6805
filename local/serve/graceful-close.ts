import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A way to close a server that has not begun to listen yet: no new connection is taken, requests on their way are
 * answered, everything else is hung up on. Node ends only the sockets that are idle when `server.close` is called, and
 * takes one that has asked nothing yet (a browser opens such ahead) for a busy one.
 *
 * @param graceMs milliseconds until what is still on its way is cut
 */
export function gracefulClose(server: Server, graceMs: number): () => Promise<void> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', (request, response) => {
    silent.delete(request.socket);
    response.once('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
  });
  return () =>
    new Promise((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      for (const socket of silent) socket.destroy();
    });
}
