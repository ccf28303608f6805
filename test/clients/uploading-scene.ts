import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { keepAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { addToken } from '../../core/documents/tokens.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { takeUploads } from '../../local/pipeline/take-uploads.ts';
import { serveStore } from '../../local/serve/serve-store.ts';
import { small, startLab } from '../support/cli/start-lab.ts';

/** Of the organisation's names, the token is for those below `acme`; `demo` is a colleague's. */
export const token = 'gatehouse_of-the-test';
const python = '3.11';

export interface UploadingScene {
  /** Of the server, without a slash at its end. */
  readonly url: string;
  /** Of one before it that cuts each connection after so many bytes of what a client sends. */
  readonly cutUrl: string;
}

/** A channel with a python, served, that takes uploads with a token, for as long as the test runs. */
export async function uploadingScene(): Promise<UploadingScene> {
  const lab = await startLab();
  onTestFinished(() => lab[Symbol.asyncDispose]());
  await lab.publish([small(`python ${python}.7`), small('pip 24.0', ['python'])]);
  const more = { channels: [lab.upstream.url], python: [python], reserved: ['acme', 'demo'] };
  const document = { ...more, platforms: ['linux-64'], packages: ['python', 'pip'] };
  await lab.sync(lab.allowlist(document.packages, more));
  const { store, clock } = lab.world;
  await keepAllowlist(store, Buffer.from(JSON.stringify(document)));
  await addToken({ store, clock }, { name: 'ci', scope: 'publish', names: ['acme-*'], sha256: sha256Of(token) });
  const server = await serveStore({ store, port: 0, takeUpload: takeUploads(lab.world, undefined, () => {}) });
  onTestFinished(() => server.close());
  return { url: server.url, cutUrl: await cuttingProxy(server.url, 30_000) };
}

async function cuttingProxy(url: string, bytes: number): Promise<string> {
  const { hostname, port } = new URL(url);
  const server = createServer((client) => {
    const onward = connect(Number(port), hostname);
    let left = bytes;
    client.on('data', (chunk) => {
      onward.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) client.resetAndDestroy();
    });
    onward.pipe(client);
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const)
      one.on('error', () => undefined).once('close', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}`;
}
