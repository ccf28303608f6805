import { z } from 'zod';
import { unsoundJson } from './sound-json.ts';

const kinds = ['weak', 'strong', 'noarch', 'weak_constrains', 'strong_constrains'] as const;
const texts = z.array(z.string());
const members = z.record(z.string(), z.unknown());

/**
 * The run exports of a package, in its record, in a shard or in `run_exports.json`, as every reader takes them (CEP 12):
 * an object, and a list of texts for each kind in it. Old packages write the weak ones as a list, or one text. rattler
 * refuses every record of a name for a kind that is no list, and so such a kind is left out. Undefined when it is neither.
 */
export function readableRunExports(value: unknown): Record<string, unknown> | undefined {
  if (unsoundJson(value) !== null) return undefined;
  const weak = listOf(value);
  if (weak !== undefined) return weak.length === 0 ? {} : { weak };
  const { data } = members.safeParse(value);
  return data && Object.fromEntries(Object.entries(data).flatMap(([key, member]) => readable(key, member)));
}

function readable(key: string, value: unknown): [string, unknown][] {
  if (!kinds.some((kind) => kind === key)) return [[key, value]];
  const list = listOf(value);
  return list === undefined ? [] : [[key, list]];
}

const listOf = (value: unknown): readonly string[] | undefined =>
  typeof value === 'string' ? [value] : texts.safeParse(value).data;
