import { z } from 'zod';
import { parseJson } from '../json/json.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';
import { GatehouseError } from '../problems/error.ts';
import { shownLine } from '../problems/shown-text.ts';
import type { Advisory } from './advisory.ts';
import { rangesOf } from './affected-ranges.ts';
import { baseScore } from './cvss.ts';

/** Of these keys each must be as OSV's schema 1.7 has it; others may say anything, for the schema grows. */
const affectedSchema = z.object({
  package: z.object({ ecosystem: z.string(), name: z.string() }).optional(),
  ranges: z
    .array(z.object({ type: z.string(), events: z.array(z.record(z.string(), z.string())).default([]) }))
    .nullish(),
  versions: z.array(z.string()).nullish(),
  severity: z.array(z.object({ type: z.string(), score: z.string() })).nullish(),
});

const recordSchema = z.object({
  id: z.string().min(1).max(200),
  aliases: z.array(z.string()).nullish(),
  published: z.iso.datetime({ offset: true }).nullish(),
  modified: z.iso.datetime({ offset: true }),
  withdrawn: z.iso.datetime({ offset: true }).nullish(),
  summary: z.string().nullish(),
  severity: z.array(z.object({ type: z.string(), score: z.string() })).nullish(),
  affected: z.array(affectedSchema).nullish(),
  database_specific: z
    .object({ severity: z.unknown().optional(), cwe_ids: z.unknown().optional() })
    .nullish()
    .catch(null),
});
type OsvRecord = z.infer<typeof recordSchema>;
type Affected = z.infer<typeof affectedSchema>;

/** An advisory, and the project that it is about. */
export interface ProjectAdvisory {
  readonly project: ProjectName;
  readonly advisory: Advisory;
}

/**
 * What a record of OSV's says of PyPI projects: an advisory for each that it names.
 *
 * @returns null when it is no such record
 */
export function readOsvRecord(text: string, fileName: string): readonly ProjectAdvisory[] | null {
  const record = orNull(() => parseJson(text, recordSchema, fileName));
  if (record === null) return null;
  const affected = (record.affected ?? []).flatMap((one) => {
    const project = pypiProject(one.package);
    return project === null ? [] : [{ project, one }];
  });
  return [...Map.groupBy(affected, ({ project }) => project)].map(([project, own]) => ({
    project,
    advisory: advisoryOf(
      record,
      own.map(({ one }) => one),
    ),
  }));
}

const namesSchema = z.object({
  affected: z.array(
    z
      .object({ package: z.object({ ecosystem: z.string(), name: z.string() }) })
      .catch({ package: { ecosystem: '', name: '' } }),
  ),
});

/**
 * The projects that a record names which is otherwise none: nobody knows which of their releases it is about, and it may be
 * the one that matters.
 *
 * @returns null when not even those can be told
 */
export function readUnsoundRecord(text: string, fileName: string): readonly ProjectAdvisory[] | null {
  const named = orNull(() => parseJson(text, namesSchema, fileName));
  const projects = new Set((named?.affected ?? []).map((one) => pypiProject(one.package)));
  const id = shownLine(fileName.replace(/\.json$/, ''));
  const advisory = {
    ...unknown,
    id,
    malicious: id.startsWith('MAL-'),
    unreadable: 'its record is not as OSV writes them',
  };
  const told = [...projects].flatMap((project) => (project === null ? [] : [{ project, advisory }]));
  return told.length === 0 ? null : told;
}

const unknown = {
  aliases: [],
  published: 0,
  modified: 0,
  withdrawn: null,
  summary: '',
  score: null,
  versions: [],
  ranges: [],
};

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'json.invalid') return null;
    throw error;
  }
}

/** `PyPI`, and `PyPI:https://…` of another index (OSV's schema, "affected[].package"). */
function pypiProject(named: Affected['package']): ProjectName | null {
  return named?.ecosystem.split(':', 1)[0] === 'PyPI' ? parseProjectName(named.name) : null;
}

/** Some records list hundreds of CVEs as one another's aliases. */
const maxAliases = 20;
/** OSV asks for 120; what follows is told nobody, and would lie in memory. */
const maxSummary = 300;

function advisoryOf(record: OsvRecord, affected: readonly Affected[]): Advisory {
  const aliases = record.aliases ?? [];
  const modified = Date.parse(record.modified);
  return {
    id: shownLine(record.id),
    aliases: aliases.slice(0, maxAliases).map(shownLine),
    published: record.published == null ? modified : Date.parse(record.published),
    modified,
    withdrawn: record.withdrawn == null ? null : Date.parse(record.withdrawn),
    summary: shownLine(record.summary ?? '').slice(0, maxSummary),
    malicious: [record.id, ...aliases].some((id) => id.startsWith('MAL-')) || isEmbeddedMalice(record),
    score: scoreOf(record, affected),
    versions: [...new Set(affected.flatMap(({ versions }) => versions ?? []))],
    ranges: affected.flatMap(({ ranges }) => ranges ?? []).flatMap(rangesOf),
    unreadable: null,
  };
}

/** CWE-506, embedded malicious code, is what GitHub calls a release that was made to harm. */
function isEmbeddedMalice({ database_specific: specific }: OsvRecord): boolean {
  const weaknesses = z.array(z.unknown()).safeParse(specific?.cwe_ids);
  return weaknesses.success && weaknesses.data.includes('CWE-506');
}

/** The least score of each of the words that GitHub grades with (CVSS 3.1, 5). */
const leastScores = new Map([
  ['CRITICAL', 9],
  ['HIGH', 7],
  ['MODERATE', 4],
  ['MEDIUM', 4],
  ['LOW', 0.1],
]);

function scoreOf(record: OsvRecord, affected: readonly Affected[]): number | null {
  const given = [record, ...affected].flatMap(({ severity }) => severity ?? []).map(({ score }) => baseScore(score));
  const word = record.database_specific?.severity;
  const graded = typeof word === 'string' ? (leastScores.get(word.toUpperCase()) ?? null) : null;
  const scores = [...given, graded].filter((score) => score !== null);
  return scores.length === 0 ? null : Math.max(...scores);
}
