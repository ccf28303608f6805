import { daysInMs } from '../../documents/gate/policy.ts';
import type { DataCheck } from '../check.ts';

/** PyPI itself takes no new file for a release that is older. */
const openMs = daysInMs(14);

/** C9: a file that joined a release long after its first one, as one would that poisons what people trust. */
export const c9LateFile: DataCheck = {
  id: 'C9',
  version: 1,
  judge: ({ published, releasedAt = null }) => {
    if (published === null || releasedAt === null || published.by === 'first-seen') return [];
    const late = published.at - releasedAt;
    if (late <= openMs) return [];
    const detail = `uploaded ${Math.floor(late / daysInMs(1))} days after the first file of its release`;
    return [{ code: 'C9.late', verdict: 'hold', detail }];
  },
};
