import type { Problem } from '../report/problem.ts';
import type { Entry } from './read-entries.ts';

/** The entries this version reads and cannot bring in: those from PyPI. */
export function unsupportedEntries({ entries }: { readonly entries: readonly Entry[] }): Problem[] {
  return entries
    .filter(({ kind }) => kind === 'pypi')
    .map(({ id, line }) => {
      const detail = `line ${line}: PyPI entries are not yet supported by this version; nothing is fetched for it`;
      return { code: 'entry.pypi-unsupported', subject: id, detail };
    });
}
