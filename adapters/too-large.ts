import type { ObjectKey } from '../core/layout/keys.ts';
import { GatehouseError } from '../core/problems/error.ts';

/** The error for an object that is not read whole, since memory would not hold it. */
export const tooLarge = (key: ObjectKey, size: number, maxBytes: number): GatehouseError =>
  new GatehouseError('store.broken', `${key} has ${size} bytes; at most ${maxBytes} are read at once`);
