import { stat } from 'node:fs/promises';
import { GatehouseError } from '../core/error.ts';

/**
 * `--store`: a folder, or a place where one can be made.
 *
 * @throws GatehouseError `usage.invalid` for a file or a URL
 */
export async function storeFlag(value: string): Promise<string> {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(value)) throw refused(`--store is "${value}", and this version works on a folder`);
  const found = await stat(value).catch(() => null);
  if (found === null || found.isDirectory()) return value;
  throw refused(`--store is "${value}", which is not a folder`);
}

const refused = (message: string) =>
  new GatehouseError('usage.invalid', message, { hint: 'name a folder; one that is not there is made' });
