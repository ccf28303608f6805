import { type Report, refuse, shown } from './finding.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const longest = 1024;

/**
 * Text of an archive's own making: UTF-8, NFC, no control character.
 *
 * @throws GatehouseError `package.refused` with `A9.*`
 */
export function memberText(raw: Uint8Array, what: string): string {
  if (raw.length > longest) refuse('A9.long', `a ${what} of ${raw.length} bytes`);
  const text = decodeUtf8(raw, what);
  if (/\p{Cc}/u.test(text)) refuse('A9.control', `the ${what} ${shown(text)} holds a control character`);
  if (text.normalize('NFC') !== text) refuse('A9.nfc', `the ${what} ${shown(text)} is not in Unicode's normal form C`);
  return text;
}

function decodeUtf8(raw: Uint8Array, what: string): string {
  try {
    return decoder.decode(raw);
  } catch {
    return refuse('A9.utf8', `a ${what} is not UTF-8`);
  }
}

/**
 * A member's name as the one path every reader would give it: relative, `/`-separated, equal to its own normal form.
 * A leading `./` and a directory's trailing `/` are taken off and reported; the root itself becomes the empty path.
 *
 * @throws GatehouseError `package.refused` with `A9.*`
 */
export function memberPath(raw: Uint8Array, directory: boolean, report: Report): string {
  const name = memberText(raw, 'member name');
  const path = withoutSlash(withoutDot(name, report), directory, report);
  if (directory && (path === '' || path === '.')) return '';
  const problem = pathProblem(path);
  if (problem !== null) refuse(problem, `the member name ${shown(name)}`);
  return path;
}

function withoutDot(name: string, report: Report): string {
  if (!name.startsWith('./')) return name;
  report('archive.dot-prefix', `the member name ${shown(name)} starts with ./`);
  return name.slice(2);
}

function withoutSlash(name: string, directory: boolean, report: Report): string {
  if (!directory || !name.endsWith('/') || name === '/') return name;
  report('archive.directory-slash', `the directory ${shown(name)} ends in /`);
  return name.slice(0, -1);
}

function pathProblem(path: string): string | null {
  if (path.includes('\\')) return 'A9.backslash';
  if (path.startsWith('/')) return 'A9.absolute';
  if (/^[A-Za-z]:/.test(path)) return 'A9.drive';
  const parts = path.split('/');
  if (parts.includes('..')) return 'A9.parent';
  if (parts.includes('') || parts.includes('.')) return 'A9.normal';
  return isReserved(path) ? 'A9.reserved' : null;
}

/** CEP 34: what an installer writes there itself; compared without case, for file systems that do. */
function isReserved(path: string): boolean {
  const folded = path.toLowerCase();
  return folded.split('/', 1)[0] === 'conda-meta' || folded === 'info/repodata_record.json';
}
