import { Buffer } from 'node:buffer';
import type { IndexLine } from '../index/state/index-line.ts';
import { canonicalJson } from '../json.ts';
import { readFacts } from './channel-facts.ts';
import type { FormBytes, FormSource } from './form.ts';
import { writeRepodata } from './repodata.ts';

/**
 * `repodata_from_packages.json`: `repodata.json` as it would be without the organisation's own hotfixes, what those
 * remove included. Upstream's hotfixes stay: without them its packages do not solve (design decision 5).
 */
export function repodataFromPackages(source: FormSource): FormBytes {
  return writeRepodata(source, (line) => unpatchedRecord(line) ?? (line.kind === 'listed' ? line.record : null));
}

const key = Buffer.from('"unpatched":');

/** Whether a line is in the unpatched index: listed, or taken out by the organisation's own hotfix alone. */
export const isUnpatchedMember = (line: IndexLine): boolean =>
  line.kind === 'listed' || (line.kind === 'withdrawn' && unpatchedRecord(line) !== null);

/** Searched for as bytes first: few lines have one, and none of the others need be parsed. */
function unpatchedRecord({ facts }: IndexLine): Uint8Array | null {
  const bytes = Buffer.from(facts.buffer, facts.byteOffset, facts.length);
  if (!bytes.includes(key)) return null;
  const { unpatched } = readFacts(facts);
  return unpatched === undefined ? null : Buffer.from(canonicalJson(unpatched), 'latin1');
}
