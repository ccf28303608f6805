import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { companyServer } from './certificates.ts';
import type { Certified } from './make-certificate.ts';

export interface TlsServer extends AsyncDisposable {
  readonly port: number;
  /** Of this machine by its address. */
  readonly url: string;
  /** `PATH AUTHORIZATION`, in order. */
  readonly requests: readonly string[];
}

/** An https server on 127.0.0.1, with a certificate of the company's own authority unless another is given. */
export async function tlsServer(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  certified: Certified = companyServer,
): Promise<TlsServer> {
  const requests: string[] = [];
  const server = createServer(certified, (request, response) => {
    requests.push(`${request.url} ${request.headers.authorization ?? '-'}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    url: `https://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
