import { shown } from '../../archive/finding.ts';
import { boundedFirings } from '../bounded-firings.ts';
import type { ContentsCheck } from '../check.ts';
import { installFiles } from './install-files.ts';

/**
 * Scripts that conda and mamba run when they link or unlink a package, as whoever installs it: of any package's name, since
 * they go by the name of the file alone. None of 114 packages of conda-forge had one. A person's waiver pins the script.
 */
export const d1LinkScripts: ContentsCheck = {
  id: 'D1',
  version: 1,
  judge(subject) {
    if (subject.reading.status !== 'read') return [];
    const scripts = installFiles(subject, subject.reading.contents).filter(({ role }) => role === 'link-script');
    const firings = scripts.map(({ path, sha256 }) => ({
      code: 'D1.link-script',
      verdict: 'hold' as const,
      detail: `${shown(path)} runs when a package is linked or unlinked`,
      ...(sha256 !== null && { sha256 }),
    }));
    return boundedFirings(firings);
  },
};
