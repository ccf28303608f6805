import type { PruneReport } from '../../core/steps/prune.ts';
import { formatBytes } from './format-bytes.ts';
import { type KindTotal, pruneTotals } from './prune-totals.ts';

/** What goes for a person: each object on a line, with why. */
export const pruneText = ({ objects }: PruneReport): string =>
  objects.map(({ key, size, reason }) => `- ${key} (${formatBytes(size)})  ${reason}\n`).join('');

/** The sums, and how to go on. */
export function pruneSummary(report: PruneReport, removed: boolean): string {
  const { later } = report;
  const totals = pruneTotals(report).map((total) => `  ${named(total)}\n`);
  const all = named({ kind: 'object', objects: report.objects.length, bytes: sizeOf(report) });
  const waiting = later.objects === 0 ? '' : `${named({ kind: 'object', ...later })} can go later\n`;
  if (report.objects.length === 0) return `nothing to prune\n${waiting}`;
  const how = removed ? '' : 'nothing was deleted: gatehouse prune --delete does it\n';
  return `${removed ? 'deleted' : 'would delete'} ${all}\n${totals.join('')}${waiting}${how}`;
}

const sizeOf = ({ objects }: PruneReport): number => objects.reduce((bytes, { size }) => bytes + size, 0);

const named = ({ kind, objects, bytes }: Pick<KindTotal, 'objects' | 'bytes'> & { kind: string }): string =>
  `${objects} ${nouns[kind] ?? kind}${objects === 1 ? '' : 's'} (${formatBytes(bytes)})`;

const nouns: Readonly<Record<string, string>> = {
  form: 'index file',
  state: 'index state segment',
  document: 'cached upstream document',
};
