import { Buffer } from 'node:buffer';
import { type EntrySource, type OutputBytes, type Summary, summariesOf } from './entry-source.ts';
import { isUnpatchedMember } from './repodata.ts';
import { runOfMembers, writeDocument } from './write-document.ts';

/**
 * `run_exports.json` (CEP 12): what every package's own `info/run_exports.json` says, `{}` included; never patched, so
 * that it holds what the organisation's hotfixes remove too. conda-index writes version 1, which no text describes; the
 * CEP's is 0.
 */
export function runExports(source: EntrySource): OutputBytes {
  const [platform, arch = platform] = source.subdir.split('-');
  const info = { arch, platform, subdir: source.subdir, version: 0 };
  return writeDocument({ info, members: (section) => summariesOf(source, section, runExportsSummary) });
}

/** What the entries of a batch add to the document, as it stands there. */
const runExportsSummary: Summary = {
  name: 'run_exports-1',
  of: (entries) =>
    runOfMembers(
      entries.filter(isUnpatchedMember).map(({ filename, runExports }) => ({ filename, json: member(runExports) })),
    ),
};

const member = (exported: Uint8Array): Uint8Array => Buffer.concat([before, exported, after]);
const before = Buffer.from('{"run_exports":');
const after = Buffer.from('}');
