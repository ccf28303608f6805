import type { Event } from '../../core/ports/log.ts';
import type { PublishedFile, PublishWorld } from '../../core/publish/publication.ts';
import type { ServedReport } from '../pipeline/publish-files.ts';
import { formatBytes } from './format-bytes.ts';
import { jsonText } from './json-text.ts';
import { problemLines } from './messages.ts';

type To = PublishWorld['to'];

/** `publish --json` and `promote --json`: `{to, files, warnings, problems}`. */
export function publishedJson({ files, warnings, problems, unlisted }: ServedReport, to: To): string {
  return `${jsonText({ to, files, warnings, problems: [...problems, ...unlisted] }, 2)}\n`;
}

const kinds: Readonly<Record<PublishedFile['kind'], string>> = {
  wheel: 'wheel',
  sdist: 'source distribution',
  package: 'conda package',
};

/** What is about to be published, a line for each file: what it is, and where it will be below the server's address. */
export const plannedLines = ({ files }: Extract<Event, { type: 'publish.planned' }>): string[] =>
  files.map(
    ({ kind, name, version, key, size }) =>
      `publishing ${kinds[kind]} ${name} ${version} (${formatBytes(size)}) as /${key}`,
  );

/**
 * What was published, or copied in, a line for each file, and where clients find it.
 *
 * @param how what was done
 * @param name of the channel
 */
export function publishedSummary(
  report: ServedReport,
  { to, name, how = 'published' }: { to: To; name: string; how?: 'published' | 'copied in' },
): string {
  const { files, warnings, problems, unlisted } = report;
  const nothing = problems.length > 0 ? `nothing was ${how}\n` : '';
  const told = { stored: how, present: 'was there  ' };
  const lines = files.map(({ status, key, sha256 }) => `${told[status]} /${key}  sha256:${sha256}\n`);
  return [
    ...lines,
    problemLines(warnings, 'warning'),
    problemLines([...problems, ...unlisted]),
    nothing,
    whereServed(files, to, name),
  ].join('');
}

function whereServed(files: readonly PublishedFile[], to: To, channelName: string): string {
  const base = to === 'staging' ? '/staging' : '';
  const isConda = files.some(({ kind }) => kind === 'package');
  const projects = new Set(files.flatMap(({ kind, name }) => (kind === 'package' ? [] : [name])));
  return [
    ...[...projects].map((name) => `for pip: ${base}/simple/${name}/ of ${base}/simple/\n`),
    ...(isConda ? [`for conda: the channel ${base}/${channelName}\n`] : []),
  ].join('');
}
