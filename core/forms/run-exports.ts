import { Buffer } from 'node:buffer';
import type { FormBytes, FormSource, Section } from './form.ts';
import { isUnpatchedMember } from './repodata-from-packages.ts';
import { type Member, writeDocument } from './write-document.ts';

/**
 * `run_exports.json` (CEP 12): what every package's own `info/run_exports.json` says, `{}` included; never patched, so
 * that it holds what the organisation's hotfixes remove too. conda-index writes version 1, for which there is no text; the CEP's is 0.
 */
export function runExports(source: FormSource): FormBytes {
  async function* members(section: Section): AsyncGenerator<readonly Member[]> {
    for await (const lines of source.lines(section)) {
      const included = lines.filter(isUnpatchedMember);
      yield included.map((line) => ({ filename: line.filename, json: entry(line.runExports) }));
    }
  }
  const [platform, arch = platform] = source.subdir.split('-');
  return writeDocument({ info: { arch, platform, subdir: source.subdir, version: 0 }, members });
}

const entry = (exported: Uint8Array): Uint8Array => Buffer.concat([before, exported, after]);
const before = Buffer.from('{"run_exports":');
const after = Buffer.from('}');
