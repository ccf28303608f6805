import { writeFile } from 'node:fs/promises';
import { allowlistJsonSchema } from '../core/documents/allowlist/allowlist-schema.ts';

const file = new URL('../allowlist.schema.json', import.meta.url);
await writeFile(file, `${JSON.stringify(allowlistJsonSchema(), null, 2)}\n`);
