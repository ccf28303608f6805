import type { z } from 'zod';
import type { JsonFault, Span, Wording } from '../../json/json-fault.ts';
import type { JsonNode } from '../../json/locate-json.ts';
import { quoted } from '../../json/text-problem.ts';
import type { Subdir } from '../../names/subdir.ts';

/** What the parts of an allowlist are read against. What does not fit the schema has been reported before. */
export interface ParseContext {
  readonly text: string;
  /** URLs without a slash at the end. Null when the list itself is wrong: then nothing is held against it. */
  readonly channels: readonly string[] | null;
  /** Null when the list itself is wrong: then nothing is held against it. */
  readonly platforms: readonly Subdir[] | null;
  report(fault: JsonFault): void;
  /** The line an offset is on, from 1. */
  lineOf(offset: number): number;
}

/** The fault of a whole node, or of a narrower span. */
export const faultAt = ({ start, end }: Span, wording: Wording): JsonFault => ({ start, end, ...wording });

/** A list's items when all of them fit, null otherwise; an item that comes twice is reported. */
export function readList<T>(
  node: JsonNode | null,
  schema: z.ZodType<T>,
  { report, identity = String }: Pick<ParseContext, 'report'> & { readonly identity?: (item: T) => string },
): T[] | null {
  const first = new Map<string, number>();
  const items: T[] = [];
  for (const [index, item] of (node?.items ?? []).entries()) {
    const parsed = schema.safeParse(item.value);
    if (!parsed.success) continue;
    const known = first.get(identity(parsed.data));
    if (known === undefined) first.set(identity(parsed.data), index + 1);
    else report(faultAt(item, { message: `${quoted(String(item.value))} is here twice: it is item ${known} already` }));
    items.push(parsed.data);
  }
  return node === null || items.length < node.items.length ? null : items;
}
