import type { Measured } from './measure.ts';
import { median } from './median.ts';

/** The median of each figure by itself. */
export function medians(runs: readonly Measured[]): Measured {
  const of = (figure: keyof Measured) => median(runs.map((run) => run[figure]));
  return { wall: of('wall'), cpu: of('cpu'), peak: of('peak'), read: of('read'), written: of('written') };
}
