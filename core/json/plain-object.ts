import { z } from 'zod';

/** Whether an object is none of a class of its own, as a date or bytes are. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** An object as JSON and msgpack make it, as it is: `z.record` copies thousands of members that are then read one by one. */
export const plainObjectSchema = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isPlain(value),
  'is no object',
);
