/*
 * The process of a container: loads a bundle as Lambda's Node runtime does, and hands events to its handler.
 * `node runtime.ts FOLDER FILE EXPORT`; one message for each event, one for each answer.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , folder = '', file = '', name = ''] = process.argv;

const realNow = Date.now;
let now = realNow;
// The cloud's clock, before the bundle is loaded, which may take the function away.
Date.now = () => now();

// Nothing outlives the cloud.
process.on('disconnect', () => process.exit());

const { [name]: handler } = await import(pathToFileURL(join(folder, `${file}.mjs`)).href);

interface Asked {
  readonly event: unknown;
  readonly requestId: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds since the epoch, by the cloud's clock. */
  readonly now: number;
  readonly clockStands: boolean;
}

async function answer({ event, requestId, timeout, ...clock }: Asked): Promise<object> {
  const begun = realNow();
  const end = begun + timeout;
  now = () => clock.now + (clock.clockStands ? 0 : realNow() - begun);
  const context = {
    awsRequestId: requestId,
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    getRemainingTimeInMillis: () => Math.max(0, end - realNow()),
  };
  try {
    const reply: unknown = await handler(event, context);
    return { status: 'done', reply: JSON.stringify(reply ?? null) };
  } catch (error) {
    return { status: 'failed', reason: String(error instanceof Error ? error.stack : error) };
  }
}

process.on('message', async (asked: Asked) => {
  const said = await answer(asked);
  process.send?.(said);
});
process.send?.({ status: 'ready' });
