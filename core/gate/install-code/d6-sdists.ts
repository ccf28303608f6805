import { sdistFormats } from '../../names/sdist-file-name.ts';
import type { DataCheck } from '../check.ts';

const endings = { package: ['.conda', '.tar.bz2'], wheel: ['.whl'], sdist: sdistFormats } as const;

/**
 * A source distribution runs whatever it likes when it is installed. An index's are never served: they are read into
 * wheels. The organisation's own may be, beside its wheels. Eggs and installers are nobody's.
 */
export const d6Sdists: DataCheck = {
  id: 'D6',
  version: 1,
  judge({ kind, id, origin }) {
    if (!endings[kind].some((ending) => id.endsWith(ending))) {
      return [{ code: 'D6.format', verdict: 'reject', detail: 'it is of no format that is served' }];
    }
    const own = origin === 'published' || origin === 'copied';
    if (kind !== 'sdist' || own) return [];
    return [{ code: 'D6.sdist', verdict: 'reject', detail: "an index's source distribution runs what it likes" }];
  },
};
