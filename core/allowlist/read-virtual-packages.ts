import { platformSchema, virtualPackagesSchema } from './allowlist-schema.ts';
import type { JsonNode } from './locate-json.ts';
import { faultAt, type Reading } from './reading.ts';

/** What machines have, by platform; for a platform the allowlist does not list it is a mistake. */
export function readVirtualPackages(
  node: JsonNode | null,
  { platforms, report }: Reading,
): Record<string, Readonly<Record<string, string>>> {
  const members = [...(node?.members ?? [])].flatMap(([name, { key, node: versions }]) => {
    const platform = platformSchema.safeParse(name);
    const parsed = virtualPackagesSchema.safeParse(versions.value);
    if (!platform.success) return [];
    if (platforms !== null && !platforms.includes(platform.data)) {
      const message = `virtual packages for "${name}", which is not one of the allowlist's platforms`;
      report(faultAt(key, { message, hint: 'add it to "platforms", or remove this' }));
    }
    return parsed.success ? [[name, parsed.data] as const] : [];
  });
  return Object.fromEntries(members);
}
