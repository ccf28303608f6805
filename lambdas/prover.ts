import { parseJson, parseValue } from '../core/json.ts';
import { readStoredAllowlist } from '../core/read-stored-allowlist.ts';
import { prove } from '../core/steps/prove.ts';
import { inWorld } from './invocation.ts';
import { openProver, type ProverWorld } from './open-world.ts';
import { s3KeysSchema } from './s3-notification.ts';
import { type BatchReply, batchReply, eachMessage, type SqsMessage, sqsEventSchema } from './sqs-batch.ts';

/** Proves every entry against the channel, once for all the index files of a batch. */
export async function proveChannel(event: unknown, world: ProverWorld): Promise<BatchReply> {
  const { telemetry } = world;
  const { Records } = parseValue(event, sqsEventSchema, 'the event');
  const changed: SqsMessage[] = [];
  const poison = await eachMessage(Records, telemetry, async (message) => {
    const keys = parseJson(message.body, s3KeysSchema, 'a message to the prover');
    if (keys.length > 0) changed.push(message);
  });
  if (changed.length === 0) return poison;
  try {
    await proveOnce(world);
    return poison;
  } catch (error) {
    telemetry.failed('proof', error);
    return { batchItemFailures: [...poison.batchItemFailures, ...batchReply(changed).batchItemFailures] };
  }
}

async function proveOnce({ telemetry, ...world }: ProverWorld): Promise<void> {
  const { allowlist } = await readStoredAllowlist(world.store);
  const { proof, gained, lost } = await prove(allowlist, { ...world, log: telemetry.log });
  const failing = proof.entries.filter(({ installable }) => !installable);
  telemetry.note('proof', { entries: proof.entries.length, failing: failing.length, gained: gained.length });
  for (const entry of lost) telemetry.warn('no longer installs', entry);
  telemetry.count('EntriesFailing', failing.length);
  telemetry.count('EntriesLost', lost.length);
}

export const handler = inWorld(openProver, proveChannel);
