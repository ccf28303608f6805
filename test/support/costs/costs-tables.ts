import { assumed, large, requests, type Size, small } from './assumptions.ts';
import { afterFree, type Billed, firstSync, type Line, listPrice, monthOf } from './month.ts';

const sizes = [small, large] as const;

const number = (value: number): string =>
  value > 0 && value < 0.01
    ? '< 0.01'
    : value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
const usd = (value: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const table = (heads: readonly string[], rows: readonly string[]): string =>
  row(...heads) + row(...heads.map((_, at) => (at === 0 ? '---' : '---:'))) + rows.join('');

const ofSize = ({ packages, clients }: Size): string => `${number(packages)} packages, ${number(clients)} clients`;

const priceOf = ({ price, per, unit }: Line): string =>
  per === 1
    ? `${price} ${/^[aeiou]/.test(unit) ? 'an' : 'a'} ${unit.replace(/s$/, '')}`
    : `${price} for ${number(per)} ${unit}`;

/** The tables of docs/costs.md by name. */
export function costsTables(billed: Billed): Readonly<Record<string, string>> {
  return { month: month(billed), assumed: assumptions(), requests: counted(), functions: seconds(billed) };
}

function month(billed: Billed): string {
  const [few = [], many = []] = sizes.map((size) => monthOf(size, billed));
  const lines = few.map((line, at) => ({ line, other: many[at] ?? line }));
  const total = (of: readonly Line[], cost: (line: Line) => number) =>
    `**${usd(of.reduce((sum, line) => sum + cost(line), 0))}**`;
  return table(
    ['what', 'USD', 'free each month', ofSize(small), 'USD', ofSize(large), 'USD'],
    [
      ...lines.map(({ line, other }) =>
        row(
          ...[line.item, priceOf(line), line.free === 0 ? '' : number(line.free)],
          ...[line, other].flatMap((one) => [number(one.quantity), usd(listPrice(one))]),
        ),
      ),
      row('**a month, at list prices**', '', '', '', total(few, listPrice), '', total(many, listPrice)),
      row('**a month, without what is free**', '', '', '', total(few, afterFree), '', total(many, afterFree)),
      row('the first sync, once', '', '', '', ...[usd(firstSync(small, billed)), '', usd(firstSync(large, billed))]),
    ],
  );
}

function assumptions(): string {
  const rows: readonly (readonly [what: string, value: number | string])[] = [
    ['MB of a package', assumed.packageMegabytes],
    ['packages that newer ones replace in a month', `${100 * assumed.moved} %`],
    ['days for which those stay: `retain` in the index, as long behind it, and 14 as old versions', assumed.keptDays],
    ['KB of documents for each package (5.9 counted)', assumed.documentKilobytes],
    ['bytes of a record in `repodata.json.zst` (measured)', assumed.indexedBytes],
    ['environments that a client solves in a month, each with the index of two subdirs', assumed.solves],
    ['packages that a client downloads in a month', assumed.downloads],
    ['edge locations that ask S3 for each package once a month', assumed.edges],
    ['seconds of the downloader for each package', assumed.downloadSeconds],
    ['requests by which Lambda listens to a queue for a month: 5 pollers, every 20 seconds', assumed.idlePolls],
    ['KB of log for each invocation, and for each package fetched', assumed.logKilobytes],
    [
      'metrics that functions count, and hours of a month in which they do',
      `${assumed.metrics}, ${assumed.metricHours}`,
    ],
    ['metrics of them that are counted every hour', assumed.steadyMetrics],
    [
      'looks at syncs and schedules a month, each of so many seconds of the scraper',
      `${number(assumed.watches)}, ${assumed.watchSeconds}`,
    ],
  ];
  return table(
    ['assumed', ''],
    rows.map(([what, value]) => row(what, typeof value === 'number' ? number(value) : value)),
  );
}

const parts = {
  first: 'a first sync, and what is fetched later',
  sync: 'a weekly sync in which nothing changed',
  reconcile: 'the daily reconciliation',
  sweep: 'the daily sweep',
  prune: 'the weekly pruning',
  watch: 'the look at syncs and schedules, every ten minutes',
} as const;

function counted(): string {
  const kinds = ['writes', 'reads', 'messages', 'invocations'] as const;
  const names: readonly (keyof typeof parts)[] = ['first', 'sync', 'reconcile', 'sweep', 'prune', 'watch'];
  const rows = names.map((part) =>
    row(parts[part], ...kinds.map((kind) => `${requests[part][kind].run} + ${requests[part][kind].package} a package`)),
  );
  return table(['requests of', 'PUT, LIST', 'GET, HEAD', 'messages', 'invocations'], rows);
}

function seconds(billed: Billed): string {
  const of = (name: string) => {
    const size = billed.functions[name];
    return size === undefined ? ['', ''] : [`${number(size.memory)} MB`, `${number(size.scratch)} MB`];
  };
  const { weekly, daily } = small.seconds;
  const cells = [
    ...(['scraper', 'indexer', 'prover', 'pruner'] as const).map((name) =>
      row(`${name}, a week`, ...of(name), number(weekly[name]), number(large.seconds.weekly[name])),
    ),
    ...(['indexer', 'sweeper'] as const).map((name) =>
      row(`${name}, a day`, ...of(name), number(daily[name]), number(large.seconds.daily[name])),
    ),
    row('downloader, a package', ...of('downloader'), number(assumed.downloadSeconds), number(assumed.downloadSeconds)),
  ];
  return table(['seconds of', 'memory', 'scratch', ofSize(small), ofSize(large)], cells);
}
