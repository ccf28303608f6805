import { collectFindings } from '../../../core/archive/finding.ts';
import { defaultLimits } from '../../../core/archive/limits.ts';
import { memberRules } from '../../../core/archive/members.ts';
import { walkTar } from '../../../core/archive/tar/walk-tar.ts';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { inSlices, joined } from '../packages/refusal.ts';

/** Every member of a tar with its content, read in slices of `size`, and the codes of what was odd. */
export async function listTar(bytes: Uint8Array, size = 1000, limits = defaultLimits) {
  const { report, list } = collectFindings();
  const members = [];
  for await (const { body, ...facts } of walkTar(inSlices(bytes, size), memberRules(limits, report))) {
    members.push({ ...facts, content: (await joined(body)).toString('latin1') });
  }
  return { members, odd: list().map(({ code }) => code) };
}

/** Every member of a ZIP with its content, without its date, which nothing is held by; and the codes of what was odd. */
export async function listZip(bytes: Uint8Array) {
  const { report, list } = collectFindings();
  const members = [];
  for (const { open, modified: _, ...facts } of await openZip(bytesSource(bytes), report)) {
    members.push({ ...facts, content: (await joined(open())).toString('latin1') });
  }
  return { members, odd: list().map(({ code }) => code) };
}
