import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import type { FunctionPool } from './function-pool.ts';
import type { Wiring } from './wiring.ts';

type Custom = Wiring['customs'][number];

const answerSchema = z.object({ Status: z.enum(['SUCCESS', 'FAILED']), Reason: z.string().optional() });

/**
 * Creates a custom resource or, when it was there, updates it, as CloudFormation does: asks its function, and waits for
 * what is put to the URL it names.
 *
 * @throws with the function's reason when it fails
 */
export async function deployCustom(custom: Custom, before: Custom | undefined, pool: FunctionPool): Promise<void> {
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(custom)) return;
  const { promise: answered, resolve } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    // S3's refusal of a header that is not in the URL's signature.
    const isSigned = (request.headers['content-type'] ?? '') === '';
    if (isSigned) resolve(text(request));
    else response.statusCode = 403;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const outcome = await pool.invoke({
    RequestType: before === undefined ? 'Create' : 'Update',
    ResponseURL: `http://127.0.0.1:${address.port}/`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: custom.id,
    ResourceType: 'Custom::Resource',
    ...(before === undefined ? {} : { PhysicalResourceId: 'there', OldResourceProperties: before.ResourceProperties }),
    ResourceProperties: custom.ResourceProperties,
  });
  if (outcome.status === 'failed') resolve(JSON.stringify({ Status: 'FAILED', Reason: outcome.reason }));
  const { Status, Reason } = parseJson(await answered, answerSchema, 'the answer to CloudFormation');
  server.close();
  server.closeAllConnections();
  if (Status === 'FAILED') throw new Error(`${custom.id}: ${Reason}`);
}
