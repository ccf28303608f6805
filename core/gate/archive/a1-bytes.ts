import type { Firing } from '../../documents/gate/verdict.ts';
import type { ContentsCheck } from '../check.ts';

/**
 * The bytes are those that the channel's record is of. A download is held to that as it comes (`fetch.sha256`); this is for
 * whatever else has a record, and for a record that gives no sha256: then an md5 and a size were all there was.
 */
export const a1Bytes: ContentsCheck = {
  id: 'A1',
  version: 1,
  judge({ record, sha256, size, origin }): Firing[] {
    if (record === null) return [];
    if (record.sha256 === undefined) {
      const detail = 'its record gives no sha256: an md5 and a size were all that it was held to';
      return origin === 'upstream' ? [{ code: 'A1.no-sha256', verdict: 'warn', detail }] : [];
    }
    if (record.sha256 !== sha256)
      return [{ code: 'A1.hash', verdict: 'reject', detail: `its record says ${record.sha256}` }];
    if (record.size === undefined || record.size === size) return [];
    return [{ code: 'A1.size', verdict: 'reject', detail: `its record says ${record.size} bytes, it has ${size}` }];
  },
};
