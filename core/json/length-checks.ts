import type { z } from 'zod';

type Lengthy = string | readonly unknown[];

/**
 * As zod's `min(1)`. zod's own checks read the length of whatever has one, of a wrong type too, and so throw a TypeError
 * at `{ "length": [{ "toString": 1 }] }`; these run on the right type alone.
 */
export function notEmpty<T extends Lengthy>({ value, issues }: z.core.ParsePayload<T>): void {
  const origin = typeof value === 'string' ? 'string' : 'array';
  if (value.length === 0) issues.push({ code: 'too_small', origin, minimum: 1, inclusive: true, input: value });
}

/** As zod's `max`, in UTF-16 units; see {@link notEmpty}. */
export const atMostUnits =
  (maximum: number) =>
  ({ value, issues }: z.core.ParsePayload<string>): void => {
    if (value.length <= maximum) return;
    issues.push({ code: 'too_big', origin: 'string', maximum, inclusive: true, input: value });
  };
