import { shownLine } from '../../core/problems/shown-text.ts';
import { type GarbageKind, garbageKinds } from '../../core/prune/garbage.ts';
import type { PruneReport } from '../../core/steps/prune.ts';
import { formatBytes } from './format-bytes.ts';
import { jsonText } from './json-text.ts';

/** `prune --json`: `{deleted, objects, kinds, later, problems}`; `deleted` is false of what only would be. */
export function pruneJson(report: PruneReport, removed: boolean): string {
  const { objects, later, problems } = report;
  const kinds = Object.fromEntries(pruneTotals(report).map(({ kind, ...total }) => [kind, total]));
  return `${jsonText({ deleted: removed, objects, kinds, later, problems }, 2)}\n`;
}

/** A prune for a person: each object that goes on a line, with the reason. */
export const pruneText = ({ objects }: PruneReport): string =>
  objects.map(({ key, size, reason }) => `- ${shownLine(key)} (${formatBytes(size)})  ${shownLine(reason)}\n`).join('');

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
  metadata: 'metadata file',
  held: 'held file',
  form: 'index file',
  state: 'index state segment',
  document: 'cached upstream document',
};

interface KindTotal {
  readonly kind: GarbageKind;
  readonly objects: number;
  readonly bytes: number;
}

/** How many objects and bytes of each kind there are; none of those there are none of. */
function pruneTotals({ objects }: PruneReport): KindTotal[] {
  return garbageKinds.flatMap((kind) => {
    const own = objects.filter((each) => each.kind === kind);
    const bytes = own.reduce((sum, { size }) => sum + size, 0);
    return own.length === 0 ? [] : [{ kind, objects: own.length, bytes }];
  });
}
