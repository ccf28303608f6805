import type { Firing } from '../../documents/gate/verdict.ts';
import { timestampMs } from '../../record/timestamp-ms.ts';
import type { ContentsCheck } from '../check.ts';
import { contentsCheck } from '../contents/contents-check.ts';

const hour = 3_600_000;

/**
 * A package was not built in the future, an hour for clocks that differ, nor after its channel listed it (CEP 47). The first
 * ends by itself. No builder's clock proves a package old (C2).
 */
export const b5Clocks: ContentsCheck = contentsCheck({
  id: 'B5',
  version: 1,
  find({ record, contents: { index } }, { now }): Firing[] {
    const built = milliseconds(index?.['timestamp'] ?? record?.['timestamp']);
    if (built === null) return [];
    const firings: Firing[] = [];
    if (built > now + hour) {
      const detail = `it says that it was built ${Math.ceil((built - now) / hour)} hours from now`;
      firings.push({ code: 'B5.future', verdict: 'hold', detail, until: built - hour });
    }
    const indexed = milliseconds(record?.['indexed_timestamp']);
    if (indexed !== null && built > indexed) {
      firings.push({
        code: 'B5.indexed',
        verdict: 'warn',
        detail: 'it was built after its channel listed it, it says',
      });
    }
    return firings;
  },
});

function milliseconds(value: unknown): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return timestampMs(value);
}
