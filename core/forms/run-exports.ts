import { Buffer } from 'node:buffer';
import { type FormBytes, type FormSource, type Summary, summariesOf } from './form.ts';
import { isUnpatchedMember } from './repodata-from-packages.ts';
import { runOfMembers, writeDocument } from './write-document.ts';

/**
 * `run_exports.json` (CEP 12): what every package's own `info/run_exports.json` says, `{}` included; never patched, so
 * that it holds what the organisation's hotfixes remove too. conda-index writes version 1, for which there is no text; the CEP's is 0.
 */
export function runExports(source: FormSource): FormBytes {
  const [platform, arch = platform] = source.subdir.split('-');
  const info = { arch, platform, subdir: source.subdir, version: 0 };
  return writeDocument({ info, members: (section) => summariesOf(source, section, runExportsSummary) });
}

/** What the lines of a batch add, as it stands there. */
const runExportsSummary: Summary = {
  name: 'run_exports-1',
  of: (lines) =>
    runOfMembers(
      lines.filter(isUnpatchedMember).map((line) => ({ filename: line.filename, json: entry(line.runExports) })),
    ),
};

const entry = (exported: Uint8Array): Uint8Array => Buffer.concat([before, exported, after]);
const before = Buffer.from('{"run_exports":');
const after = Buffer.from('}');
