import { shown } from '../../archive/finding.ts';
import { boundedFirings } from '../bounded-firings.ts';
import type { ContentsCheck } from '../check.ts';

const codes: ReadonlyMap<string, string> = new Map([
  ['private-key', 'E1.private-key'],
  ['aws-key', 'E1.token'],
  ['github-token', 'E1.token'],
  ['pypi-token', 'E1.token'],
  ['too-many-starts', 'E1.token'],
  ['env-file', 'E1.env-file'],
  ['git-folder', 'E1.git-folder'],
]);

/**
 * What looks like a secret. Upstream's are public already, and mostly made for tests (9 of 687 packages): they are warned
 * of. One of the organisation's own would be given to everybody, so such a file is rejected: take it out and build again.
 */
export const e1Secrets: ContentsCheck = {
  id: 'E1',
  version: 1,
  judge({ origin, reading }) {
    if (reading.status !== 'read') return [];
    const verdict = origin === 'published' || origin === 'copied' ? 'reject' : 'warn';
    const firings = reading.contents.secrets.map(({ path, kind }) => {
      const code = codes.get(kind) ?? 'E1.token';
      return { code, verdict, detail: `${shown(path)} looks like a secret (${kind})` } as const;
    });
    return boundedFirings(firings);
  },
};
