import { z } from 'zod';
import { allowlistSchema } from './allowlist-schema.ts';

/** What `allowlist.schema.json` holds: JSON Schema 2020-12 of an allowlist as written, for editors. */
export function allowlistJsonSchema(): object {
  return z.toJSONSchema(allowlistSchema, { target: 'draft-2020-12', io: 'input' });
}
