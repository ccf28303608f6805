import type { Subdir } from '../subdir.ts';
import { platformSchema } from './allowlist-schema.ts';
import type { JsonNode } from './locate-json.ts';
import { type PlacedSpec, spanInSpec } from './read-spec.ts';
import { faultAt, memberOf, type Reading, readList } from './reading.ts';
import { quoted } from './text-problem.ts';

/** The platforms an entry is for: its own, which must be among those listed at the top, or all of them. */
export function readPlatforms(entry: JsonNode, reading: Reading): readonly Subdir[] {
  const { platforms, report } = reading;
  const node = memberOf(entry, 'platforms');
  if (node === null) return platforms ?? [];
  for (const item of node.items) {
    const platform = platformSchema.safeParse(item.value);
    if (!platform.success || platforms === null || platforms.includes(platform.data)) continue;
    const message = `${quoted(platform.data)} is not one of the allowlist's platforms`;
    report(faultAt(item, { message, hint: 'add it to "platforms" at the top' }));
  }
  return readList(node, platformSchema, reading) ?? [];
}

/** Reports a spec whose subdir none of the platforms reads. */
export function checkSubdir(placed: PlacedSpec, platforms: readonly Subdir[], { text, report }: Reading): void {
  const { subdir } = placed.spec;
  if (subdir === null || subdir === 'noarch' || platforms.length === 0) return;
  if (platforms.some((platform) => platform === subdir)) return;
  const message = `no platform here reads the subdir ${quoted(subdir)}`;
  const hint = `it must be noarch or one of ${platforms.join(', ')}`;
  report(faultAt(spanInSpec(placed, subdir, text), { message, hint }));
}
