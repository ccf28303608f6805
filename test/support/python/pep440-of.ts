import { type Pep440Version, parsePep440Version } from '../../../core/names/pep440/pep440-version.ts';
import { parseSpecifier, type Specifier } from '../../../core/names/pep440/specifier.ts';

/** The version that a text is by PEP 440; throws where it is none. */
export const pep440Of = (text: string): Pep440Version => sound(parsePep440Version(text), text);

/** The specifier that a text is; throws where it is none. */
export const specifierOf = (text: string): Specifier => sound(parseSpecifier(text), text);

function sound<T>(read: T | null, text: string): T {
  if (read === null) throw new Error(`does not parse: ${text}`);
  return read;
}
