import { type EntryDetails, readDetails } from './entry-details.ts';
import type { JsonNode } from './locate-json.ts';
import { offsetInString } from './locate-json.ts';
import { type PypiRequirement, readPypi } from './read-pypi.ts';
import { faultAt, memberOf, type Reading } from './reading.ts';

export interface PypiEntry extends EntryDetails, PypiRequirement {
  readonly kind: 'pypi';
  /** `pypi:` and the requirement as written, trimmed. */
  readonly id: string;
}

/** The entry whose PyPI requirement stands at `pypiNode`. Null when it was reported. */
export function readPypiEntry(node: JsonNode, pypiNode: JsonNode, reading: Reading): PypiEntry | null {
  const details = readDetails(node, reading);
  const channel = memberOf(node, 'channel');
  if (channel !== null) {
    const hint = 'name package indexes in "indexes" at the top';
    reading.report(faultAt(channel, { message: 'a PyPI entry has no conda channel', hint }));
  }
  if (typeof pypiNode.value !== 'string') return null;
  const read = readPypi(pypiNode.value);
  if (!read.ok) {
    const { at, ok, ...wording } = read;
    const start = offsetInString(reading.text, pypiNode.start, at);
    reading.report({ start, end: Math.max(start + 1, pypiNode.end - 1), ...wording });
    return null;
  }
  const { name, specifier } = read;
  return details === null ? null : { kind: 'pypi', id: `pypi:${pypiNode.value.trim()}`, name, specifier, ...details };
}
