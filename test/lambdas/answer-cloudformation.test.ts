import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { answerCloudFormation } from '../../lambdas/answer-cloudformation.ts';

/** A presigned URL as CloudFormation makes it: no Content-Type is part of its signature. */
async function presigned(failing: number) {
  const taken: string[] = [];
  let asked = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const isSigned = request.method === 'PUT' && (request.headers['content-type'] ?? '') === '';
    response.statusCode = isSigned ? 200 : 403;
    if (++asked <= failing) response.statusCode = 503;
    if (response.statusCode === 200) taken.push(body);
    response.end('<Answer/>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${address.port}/?Signature=x`, taken, [Symbol.asyncDispose]: close };
}

describe('the answer to CloudFormation', () => {
  it('is taken by a URL that is signed without Content-Type', async () => {
    await using place = await presigned(0);
    await answerCloudFormation(place.url, '{"Status":"SUCCESS"}', 0);
    expect(place.taken).toEqual(['{"Status":"SUCCESS"}']);
  });

  it('is put again when S3 has trouble, and its refusal is an error', async () => {
    await using passing = await presigned(2);
    await answerCloudFormation(passing.url, '{}', 0);
    expect(passing.taken).toEqual(['{}']);
    await using broken = await presigned(3);
    await expect(answerCloudFormation(broken.url, '{}', 0)).rejects.toThrow('status 503');
  });
});
