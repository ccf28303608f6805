import type { Firing } from '../../documents/gate/verdict.ts';
import type { ContentsCheck } from '../check.ts';
import { contentsCheck, type ReadSubject } from '../contents/contents-check.ts';

/**
 * Each path is one file's. Two that Windows and macOS take for one, by case or by their Unicode form, are held where such a
 * machine may install them, and warned of on Linux: 6 of 687 real packages, terminals of ncurses among them, have some.
 */
export const a12Collisions: ContentsCheck = contentsCheck({
  id: 'A12',
  version: 1,
  find: (subject) => subject.contents.findings.flatMap((finding) => firingsOf(finding, subject)),
});

function firingsOf({ code, detail }: { code: string; detail: string }, subject: ReadSubject): Firing[] {
  if (code === 'A12.under-file') return [{ code, verdict: 'reject', detail }];
  if (code !== 'A12.case') return [];
  return [{ code, verdict: isOfLinuxAlone(subject) ? 'warn' : 'hold', detail }];
}

function isOfLinuxAlone({ id, contents: { wheel } }: ReadSubject): boolean {
  if (wheel !== null) return wheel.fileName.platforms.every((platform) => /linux/.test(platform));
  return /^linux-/.test(id);
}
