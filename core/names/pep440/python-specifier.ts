import type { VersionTerm } from '../version/version-term.ts';
import { parseSpecifier, type Specifier } from './specifier.ts';

/**
 * Says in a specifier (PEP 440) what a MatchSpec says of the versions of python. Null where it has no words for it: an
 * alternative (`3.8.*|3.10.*`), a pattern, or a version that PEP 440 does not know.
 */
export function pythonSpecifier(term: VersionTerm): Specifier | null {
  const text = clausesOf(term);
  return text === null ? null : parseSpecifier(text);
}

function clausesOf(term: VersionTerm): string | null {
  switch (term.op) {
    case '*':
      return '';
    case 'text':
    case '|':
      return null;
    case ',': {
      const parts = term.terms.map(clausesOf);
      return parts.every((part) => part !== null) ? parts.filter((part) => part !== '').join(',') : null;
    }
    case '=*':
      return `==${term.version.text}.*`;
    case '!=*':
      return `!=${term.version.text}.*`;
    default:
      return `${term.op}${term.version.text}`;
  }
}
