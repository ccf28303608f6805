import type { CoreMetadata } from './core-metadata.ts';

/** The parts of `info/about.json` (CEP 34) that the metadata gives; a key is absent where nothing is said. */
export function aboutOf(metadata: CoreMetadata): Record<string, string> {
  const { all } = metadata.headers;
  const said = {
    summary: all('Summary')[0]?.replaceAll('\n', ' '),
    license: licenseOf(metadata),
    home: urlOf(metadata, ['homepage', 'home']) ?? all('Home-page')[0],
    dev_url: urlOf(metadata, ['source', 'repository', 'sourcecode', 'github']),
    doc_url: urlOf(metadata, ['documentation', 'docs']),
  };
  const isSaid = (value: string | undefined): value is string => value !== undefined && !/^(?:UNKNOWN)?$/.test(value);
  return Object.fromEntries(
    Object.entries(said).flatMap(([key, value]) => (isSaid(value) ? [[key, value] as const] : [])),
  );
}

/** A `Project-URL` by its label, which compares without case, spaces and punctuation (PEP 753). */
function urlOf({ headers }: CoreMetadata, labels: readonly string[]): string | undefined {
  for (const line of headers.all('Project-URL')) {
    const comma = line.indexOf(',');
    const label = line
      .slice(0, Math.max(comma, 0))
      .toLowerCase()
      .replace(/[\s\p{P}]/gu, '');
    if (labels.includes(label)) return line.slice(comma + 1).trim();
  }
  return undefined;
}

const spdxLike = /^\(?[A-Za-z0-9][A-Za-z0-9.+-]{0,63}\)?(?: (?:AND|OR|WITH) \(?[A-Za-z0-9][A-Za-z0-9.+-]{0,63}\)?)*$/i;
const classifierPrefix = /^License :: (?:OSI Approved :: )?(?=\S)/;

/**
 * The licence for `info/index.json`: `License-Expression` (PEP 639), a `License` that reads as SPDX, the classifier, or
 * nothing. The text of `License` is free: 45 of 646 wheels have a whole licence in it.
 */
export function licenseOf({ headers }: CoreMetadata): string | undefined {
  const [expression] = headers.all('License-Expression');
  if (expression !== undefined && expression !== '') return expression;
  const [text = ''] = headers.all('License');
  if (text !== 'UNKNOWN' && spdxLike.test(text)) return text;
  const classifiers = headers.all('Classifier').filter((line) => classifierPrefix.test(line));
  const names = classifiers.map((line) => line.replace(classifierPrefix, '')).filter((name) => name !== 'OSI Approved');
  return names.length === 0 ? undefined : names.join(' OR ');
}
