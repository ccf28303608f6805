import type { Firing } from '../../documents/gate/verdict.ts';
import type { Problem } from '../../problems/problem.ts';
import type { Looked } from './look-at.ts';

/** So many findings of one check are told of a file; all are in its verdict. */
const maxTold = 5;

/** What is chosen though the gate warns of it: one line for each file and check, however much a check found. */
export function gateWarnings(looked: readonly (Pick<Looked, 'warnings'> & { readonly id: string })[]): Problem[] {
  return looked.flatMap(({ id, warnings }) =>
    [...Map.groupBy(warnings, ({ code }) => code)].map(([code, firings]) => ({
      code,
      subject: id,
      detail: oneLine(firings),
    })),
  );
}

function oneLine(firings: readonly Firing[]): string {
  const told = firings.slice(0, maxTold).map(({ detail }) => detail);
  const more = firings.length > told.length ? [`and ${firings.length - told.length} more`] : [];
  return [...told, ...more].join('; ');
}
