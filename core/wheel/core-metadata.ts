import { type Report, refuse, shown } from '../archive/finding.ts';
import { type Sha256, sha256Of } from '../names/digest.ts';
import { comparePep440 } from '../names/pep440/compare-pep440.ts';
import { type Pep440Version, parsePep440Version } from '../names/pep440/pep440-version.ts';
import { parseSpecifier } from '../names/pep440/specifier.ts';
import { type ProjectName, parseProjectName } from '../names/project-name.ts';

/** The header lines of `METADATA`, `PKG-INFO` or `WHEEL`, and the text behind them. */
export interface Headers {
  /** The values of a field in their order, whatever its case; empty when there is none. A folded value keeps its lines. */
  all(field: string): readonly string[];
  readonly fields: readonly HeaderField[];
  readonly body: string;
}

interface HeaderField {
  /** As it is written. */
  readonly name: string;
  readonly value: string;
  /** As they are written, without their ends: one, and one more for each line that is folded. */
  readonly lines: readonly string[];
}

/**
 * Reads headers as Python's `email` package does, by which every tool of the field reads them: a line that is neither a
 * field nor the continuation of one starts the body, whatever follows it. Text that is not UTF-8 is read as Latin-1 and
 * reported: it exists, in authors' names.
 */
export function parseHeaders(bytes: Uint8Array, what: string, report: Report): Headers {
  const text = textOf(bytes, what, report);
  const { lines, rest } = headerLines(text, what);
  const body = rest.replace(/\r\n|\r/g, '\n');
  const separated = body.startsWith('\n');
  if (body !== '' && !separated) report('metadata.line', `${what} has a line that is no field`);
  const fields = unfold(lines);
  const all = (field: string) =>
    fields.filter(({ name }) => name.toLowerCase() === field.toLowerCase()).map(({ value }) => value);
  return { all, fields, body: separated ? body.slice(1) : body };
}

/** A description of 400 kB that is folded into its field has 10,000 lines; each line costs some 300 bytes of memory. */
const maxHeaderLines = 100_000;

/** The lines before the body, without their ends, and what follows them. */
function headerLines(text: string, what: string): { lines: string[]; rest: string } {
  const lines: string[] = [];
  const lineEnd = /\r\n|\r|\n|$/g;
  for (let at = 0; at < text.length; at = lineEnd.lastIndex) {
    lineEnd.lastIndex = at;
    const line = text.slice(at, lineEnd.exec(text)?.index);
    if (!isHeaderLine(line)) return { lines, rest: text.slice(at) };
    if (lines.length === maxHeaderLines) refuse('A13.json', `${what} has more than ${maxHeaderLines} lines of fields`);
    lines.push(line);
  }
  return { lines, rest: '' };
}

/** A field's name is printable ASCII without a colon, and may be empty; a line that starts with a space continues one. */
const isHeaderLine = (line: string): boolean => /^(?:[ \t]|[!-9;-~]*:)/.test(line);

function unfold(lines: readonly string[]): HeaderField[] {
  const written: string[][] = [];
  for (const line of lines) {
    if (/^[ \t]/.test(line)) written.at(-1)?.push(line);
    else written.push([line]);
  }
  const fields = written.map(([first = '', ...folded]) => {
    const colon = first.indexOf(':');
    const value = [first.slice(colon + 1), ...folded].map((line) => line.trim()).join('\n');
    return { name: first.slice(0, colon), value, lines: [first, ...folded] };
  });
  return fields.filter(({ name }) => name !== '');
}

function textOf(bytes: Uint8Array, what: string, report: Report): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    report('metadata.utf8', `${what} is not UTF-8`);
    return Buffer.from(bytes).toString('latin1');
  }
}

/** What a release says about itself (the core metadata specifications, versions 1.0 to 2.6). */
export interface CoreMetadata {
  readonly project: ProjectName;
  readonly version: Pep440Version;
  /** Requirements as they are written (PEP 508, and forms that came before it), each on one line. */
  readonly requiresDist: readonly string[];
  /** As it is written; null when nothing is said. */
  readonly requiresPython: string | null;
  /** As they are written. */
  readonly providesExtra: readonly string[];
  readonly headers: Headers;
}

/** Some releases have thousands, one for each package of each extra; each is looked at for each platform and python. */
const maxRequirements = 10_000;

/**
 * Reads `METADATA` or `PKG-INFO`. Fields that nobody asks for may say anything.
 *
 * @param what names the document in a refusal
 * @throws GatehouseError `package.refused` with `metadata.field` when name or version is missing, said twice or unreadable;
 *   with `A13.json` for more requirements than any release has
 */
export function parseCoreMetadata(bytes: Uint8Array, what: string, report: Report): CoreMetadata {
  const headers = parseHeaders(bytes, what, report);
  const name = onlyValue(headers, 'Name', what);
  const written = onlyValue(headers, 'Version', what);
  const project = parseProjectName(name);
  if (project === null) refuse('metadata.field', `${what} has the name ${shown(name)}`);
  const version = parsePep440Version(written);
  if (version === null) refuse('metadata.field', `${what} has the version ${shown(written)}`);
  const oneLine = (value: string) => value.replaceAll('\n', ' ');
  const requiresDist = headers.all('Requires-Dist').map(oneLine);
  if (requiresDist.length > maxRequirements) {
    refuse('A13.json', `${what} has ${requiresDist.length} requirements, and none has ${maxRequirements}`);
  }
  return {
    project,
    version,
    requiresDist,
    requiresPython: headers.all('Requires-Python').map(oneLine)[0] ?? null,
    providesExtra: headers.all('Provides-Extra'),
    headers,
  };
}

/**
 * A hash of what a package is planned by: what its release requires, of Python too, and which extras it has. pip holds the
 * same fields of `.metadata` against the wheel's.
 */
export const asksOf = ({ requiresDist, requiresPython, providesExtra }: CoreMetadata): Sha256 =>
  sha256Of(JSON.stringify([requiresDist, requiresPython, providesExtra]));

/** What a page says a release asks of python; null for what is no specifier: pip passes it over, and uv drops the file for it. */
export const readableRequiresPython = ({ requiresPython }: CoreMetadata): string | null =>
  (requiresPython !== null && parseSpecifier(requiresPython)?.text) || null;

/** Of two values one reader takes the first and another the last. */
function onlyValue(headers: Headers, field: string, what: string): string {
  const [value, ...more] = headers.all(field);
  if (value === undefined) refuse('metadata.field', `${what} has no field ${field}`);
  if (more.length > 0) refuse('metadata.field', `${what} has the field ${field} twice`);
  return value;
}

/**
 * Holds a document of the release against the name it came under: normalised names, and versions by their order.
 *
 * @throws GatehouseError `package.refused` with `metadata.identity`
 */
export function checkRelease(
  { project, version }: Pick<CoreMetadata, 'project' | 'version'>,
  named: Pick<CoreMetadata, 'project' | 'version'>,
  what: string,
): void {
  if (project === named.project && comparePep440(version, named.version) === 0) return;
  const expected = `${named.project} ${named.version.text}`;
  refuse('metadata.identity', `${what} is of ${project} ${version.text}, the file is named for ${expected}`);
}
