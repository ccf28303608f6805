import { canonicalMatchSpec } from '../match-spec.ts';
import type { Wording } from './json-fault.ts';
import type { JsonNode } from './locate-json.ts';
import { type CondaEntry, readCondaEntry } from './read-conda-entry.ts';
import { type PypiEntry, readPypiEntry } from './read-pypi-entry.ts';
import { faultAt, memberOf, type Reading } from './reading.ts';
import { quoted } from './text-problem.ts';

/** One thing the allowlist lets in. */
export type Entry = CondaEntry | PypiEntry;

/** The sound entries of `packages`; one that means the same as another on a platform they share is a duplicate. */
export function readEntries(node: JsonNode | null, reading: Reading): Entry[] {
  const byMeaning = new Map<string, Entry[]>();
  return (node?.items ?? []).flatMap((item) => {
    const entry = readEntry(item, reading);
    if (entry === null) return [];
    const meaning = meaningOf(entry);
    const alike = byMeaning.get(meaning) ?? [];
    const twin = alike.find((other) => overlap(other, entry));
    // Only entries without a twin are kept, so that `alike` is never longer than the list of platforms.
    if (twin === undefined) byMeaning.set(meaning, [...alike, entry]);
    else reading.report(faultAt(item, duplicate(entry, twin)));
    return [entry];
  });
}

/** Entries without platforms are for all of those the allowlist should have listed. */
function overlap(a: Entry, b: Entry): boolean {
  if (a.platforms.length === 0 || b.platforms.length === 0) return true;
  return a.platforms.some((platform) => b.platforms.includes(platform));
}

function duplicate(entry: Entry, twin: Entry): Wording {
  const message = `${quoted(entry.id)} is a duplicate: line ${twin.line} lists the same`;
  return { message, hint: 'remove one of the two' };
}

function readEntry(node: JsonNode, reading: Reading): Entry | null {
  if (typeof node.value === 'string') return readCondaEntry(node, node, reading);
  if (node.value === null || typeof node.value !== 'object' || Array.isArray(node.value)) return null;
  const [spec, pypi] = [memberOf(node, 'spec'), memberOf(node, 'pypi')];
  if (spec !== null && pypi === null) return readCondaEntry(node, spec, reading);
  if (spec === null && pypi !== null) return readPypiEntry(node, pypi, reading);
  const both = { message: 'an entry has either "spec" or "pypi", not both', hint: 'write two entries' };
  reading.report(faultAt(node, spec === null ? { message: 'an entry needs a "spec" or a "pypi"' } : both));
  return null;
}

function meaningOf(entry: Entry): string {
  return entry.kind === 'conda' ? canonicalMatchSpec(entry.spec) : `pypi:${entry.name} ${entry.specifier}`;
}
