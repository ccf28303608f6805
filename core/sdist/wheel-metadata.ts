import { type Report, refuse, shown } from '../archive/finding.ts';
import { parseProjectName } from '../names/project-name.ts';
import { type CoreMetadata, parseCoreMetadata } from '../wheel/core-metadata.ts';
import type { Requirements } from './requires-txt.ts';

/** What is compared between the two `PKG-INFO` of an sdist, by which different tools go. */
const sharedFields = ['Name', 'Version', 'Requires-Dist', 'Requires-Python', 'Provides-Extra'];

/**
 * Holds what an sdist says in several places against each other.
 *
 * @throws GatehouseError `package.refused` with `sdist.metadata`, or `sdist.python` when its classifiers know no Python 3
 */
export function checkMetadata(
  metadata: CoreMetadata,
  others: { readonly atTop: Uint8Array | undefined; readonly requirements: Requirements },
  report: Report,
): void {
  const { headers } = metadata;
  const top = others.atTop && parseCoreMetadata(others.atTop, 'PKG-INFO', report).headers;
  const differs = sharedFields.find((field) => top && headers.all(field).join('\n') !== top.all(field).join('\n'));
  if (differs !== undefined) refuse('sdist.metadata', `the two PKG-INFO differ in ${differs}`);
  const said = projectsOf(metadata.requiresDist);
  const required = projectsOf(others.requirements.requiresDist);
  if (metadata.requiresDist.length > 0 && said !== required) {
    refuse('sdist.metadata', `PKG-INFO requires ${shown(said)}, requires.txt ${shown(required)}`);
  }
  const pythons = headers.all('Classifier').filter((line) => /^Programming Language :: Python :: \d/.test(line));
  if (pythons.length > 0 && !pythons.some((line) => line.startsWith('Programming Language :: Python :: 3'))) {
    refuse('sdist.python', `its classifiers say ${shown(pythons.join(', '))} and no Python 3`);
  }
}

/** The names alone, sorted: markers and versions have too many spellings. */
function projectsOf(requirements: readonly string[]): string {
  const names = requirements.map((line) => /^[A-Za-z0-9._-]*/.exec(line.trim())?.[0] ?? '');
  return [...new Set(names.map((name) => parseProjectName(name) ?? name))].sort().join(' ');
}

const firstWithExtras = '2.1';
const replaced = new Set(['metadata-version', 'requires-dist', 'provides-extra']);

/** `METADATA`: `PKG-INFO` as it is, in UTF-8, with the requirements that `requires.txt` holds. */
export function wheelMetadata({ headers }: CoreMetadata, { requiresDist, providesExtra }: Requirements): string {
  const [written = ''] = headers.all('Metadata-Version');
  const version = /^2\.[1-9]$/.test(written) ? written : firstWithExtras;
  const kept = headers.fields.filter(({ name }) => !replaced.has(name.toLowerCase())).flatMap(({ lines }) => lines);
  const lines = [
    `Metadata-Version: ${version}`,
    ...kept,
    ...providesExtra.map((extra) => `Provides-Extra: ${extra}`),
    ...requiresDist.map((requirement) => `Requires-Dist: ${requirement}`),
  ];
  return `${lines.join('\n')}\n\n${headers.body}`;
}
