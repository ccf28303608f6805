import { buildZip, extraField } from '../archives/build-zip.ts';

/** A record of OSV's, as its schema (1.7) and its exporter write it. */
export interface OsvRecord {
  readonly id: string;
  readonly modified: string;
  readonly published?: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly summary?: string;
  readonly severity?: readonly { readonly type: string; readonly score: string }[];
  readonly affected: readonly OsvAffected[];
  readonly database_specific?: unknown;
  readonly references?: unknown;
  readonly details?: string;
  readonly schema_version?: string;
}

interface OsvAffected {
  readonly package: { readonly ecosystem: string; readonly name: string; readonly purl?: string };
  readonly ranges?: readonly { readonly type: string; readonly events: readonly Readonly<Record<string, string>>[] }[];
  readonly versions?: readonly string[];
  readonly database_specific?: unknown;
  readonly severity?: readonly { readonly type: string; readonly score: string }[];
}

/** What an advisory is about and when it came, in short. */
export interface About {
  readonly id: string;
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly versions?: readonly string[];
  /** `introduced`, and `fixed` or nothing. */
  readonly range?: readonly [introduced: string, fixed?: string];
  readonly more?: Partial<Omit<OsvRecord, 'id' | 'modified' | 'affected'>>;
}

/** The record of an advisory about one PyPI project. */
export function osvRecord({ id, project, at, versions, range, more = {} }: About): OsvRecord {
  const [introduced = '0', fixed] = range ?? [];
  const events = [{ introduced }, ...(fixed === undefined ? [] : [{ fixed }])];
  return {
    schema_version: '1.7.4',
    id,
    published: new Date(at).toISOString(),
    modified: new Date(at).toISOString(),
    summary: `${id} of ${project}`,
    details: `What ${id} is about, at length.`,
    affected: [
      {
        package: { ecosystem: 'PyPI', name: project, purl: `pkg:pypi/${project}` },
        ...(range !== undefined && { ranges: [{ type: 'ECOSYSTEM', events }] }),
        ...(versions !== undefined && { versions }),
        database_specific: { source: `https://example.org/advisories/${id}.json` },
      },
    ],
    references: [{ type: 'WEB', url: `https://example.org/${id}` }],
    ...more,
  };
}

/** A record of today about a project that no test asks for: without one an export is one that nobody renews. */
export const recentRecord = (now: number): OsvRecord =>
  osvRecord({ id: 'PYSEC-2026-9999', project: 'a-project-of-others', at: now - 60_000, range: ['0', '1.0'] });

/** Info-ZIP's time stamp, which the exporter (Go's archive/zip) writes with each member. */
const timeStamp = extraField(0x5455, Buffer.from([1, 0, 0, 0, 0]));

/**
 * An export, as OSV's exporter writes it: a member a record in order of id, deflated, each behind its header with a data
 * descriptor and a time stamp.
 *
 * @param members records, or the bytes of what is none, by the name of its file
 */
export function osvExport(records: readonly OsvRecord[], others: Readonly<Record<string, string | Uint8Array>> = {}) {
  const named = records.map((record): [string, string] => [`${record.id}.json`, JSON.stringify(record)]);
  const all = [...named, ...Object.entries(others)].map(([name, data]) => ({ name, data }));
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  const written = { method: 8, descriptor: true as const, local: { extra: timeStamp }, central: { extra: timeStamp } };
  return buildZip(all.map((member) => ({ ...member, ...written })));
}
