import { readStoredAllowlist } from '../core/documents/allowlist/stored-allowlist.ts';
import { failingEntries } from '../core/documents/proof.ts';
import { plannedPythons } from '../core/documents/run.ts';
import { parseJson, parseValue } from '../core/json/json.ts';
import { prove } from '../core/steps/prove.ts';
import { type BatchReply, batchReply, eachMessage, type SqsMessage, s3KeysSchema, sqsEventSchema } from './events.ts';
import { inWorld } from './in-world.ts';
import { soonAgain } from './soon-again.ts';
import { openProver, type ProverWorld } from './world.ts';

/** Proves every entry of the allowlist against the channel, once for all the changed index files that a batch names. */
export async function proveChannel(event: unknown, world: ProverWorld): Promise<BatchReply> {
  const { telemetry } = world;
  const { Records } = parseValue(event, sqsEventSchema, 'the event');
  const changed: SqsMessage[] = [];
  const unreadable = await eachMessage(Records, telemetry, async (message) => {
    const keys = parseJson(message.body, s3KeysSchema, 'a message to the prover');
    if (keys.length > 0) changed.push(message);
  });
  if (changed.length === 0) return unreadable;
  try {
    await proveOnce(world);
    return unreadable;
  } catch (error) {
    telemetry.failed('proof', error);
    return { batchItemFailures: [...unreadable.batchItemFailures, ...batchReply(changed).batchItemFailures] };
  }
}

async function proveOnce({ telemetry, ...world }: ProverWorld): Promise<void> {
  const { allowlist } = await readStoredAllowlist(world.store);
  const { proof, gained, lost } = await prove(allowlist, {
    ...world,
    log: telemetry.log,
    pythons: () => plannedPythons(world.store),
  });
  const failing = failingEntries(proof);
  telemetry.note('proof', { entries: proof.entries.length, failing: failing.length, gained: gained.length });
  for (const entry of lost) telemetry.warn('no longer installs', { ...entry });
  telemetry.count('EntriesFailing', failing.length);
  telemetry.count('EntriesLost', lost.length);
}

export const handler = inWorld(openProver, soonAgain(proveChannel));
