import type { z } from 'zod';
import { Refusal } from '../answer.ts';
import type { SqsWorld } from './sqs-world.ts';

export type Operation = (world: SqsWorld, input: unknown, signal: AbortSignal) => Promise<object> | object;

/** An operation over what its schema reads; anything else is refused as SQS does. */
export function operation<S extends z.ZodType>(
  schema: S,
  run: (world: SqsWorld, input: z.infer<S>, signal: AbortSignal) => Promise<object> | object,
): Operation {
  return (world, input, signal) => {
    const { success, data, error } = schema.safeParse(input);
    if (!success) throw new Refusal(400, 'InvalidParameterValue', error.message);
    return run(world, data, signal);
  };
}
