import { GatehouseError } from '../core/error.ts';

/** `--port`, 0 for any free one. */
export function portFlag(value: string | boolean | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const port = /^\d{1,5}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (port <= 65_535) return port;
  throw new GatehouseError('usage.invalid', `--port is "${value}", which is not a port`, {
    hint: 'give a number from 0 to 65535; 0 takes any free port',
  });
}
