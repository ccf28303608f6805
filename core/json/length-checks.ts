import type { z } from 'zod';

type Lengthy = string | readonly unknown[];

/**
 * As zod's `min(1)`. Its own checks of a length ask for that of whatever has one, also where the type is wrong already,
 * and throw at `{ "length": [{ "toString": 1 }] }`; these are asked of the right type alone.
 */
export function notEmpty<T extends Lengthy>({ value, issues }: z.core.ParsePayload<T>): void {
  const origin = typeof value === 'string' ? 'string' : 'array';
  if (value.length === 0) issues.push({ code: 'too_small', origin, minimum: 1, input: value });
}

/** As zod's `max`, in UTF-16 units; see {@link notEmpty}. */
export const atMostUnits =
  (maximum: number) =>
  ({ value, issues }: z.core.ParsePayload<string>): void => {
    if (value.length > maximum) issues.push({ code: 'too_big', origin: 'string', maximum, input: value });
  };
