/** An SPDX license expression: a license, or several of which all or one must be kept to. */
export type License =
  | {
      readonly kind: 'license';
      /** As it is written: `Apache-2.0`, `GPL-2.0+`, `LicenseRef-acme`. */
      readonly id: string;
      /** What it is taken with: `GCC-exception-3.1`. It only ever permits more. */
      readonly exception: string | null;
    }
  | { readonly kind: 'and' | 'or'; readonly of: readonly License[] };

/** In UTF-16 units. Real ones have some hundred; each level of parentheses costs stack. */
const maxExpressionLength = 2000;

/**
 * Reads an SPDX license expression (SPDX 2.3, annex D): `OR` binds less than `AND`, and `AND` less than `WITH`. Operators
 * count in any case: packages of conda say `MPL-2.0 or MIT`. Null of what is none.
 */
export function parseLicense(text: string): License | null {
  if (text.length > maxExpressionLength) return null;
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  const reader = { tokens, at: 0 };
  const license = readAny('or', reader);
  return license !== null && reader.at === tokens.length ? license : null;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

const operator = (token: string | undefined): string => token?.toLowerCase() ?? '';
const operators: ReadonlySet<string> = new Set(['and', 'or', 'with']);

/** One, or more with the operator between them. */
function readAny(kind: 'and' | 'or', reader: Reader): License | null {
  const of: License[] = [];
  for (;;) {
    const next = kind === 'or' ? readAny('and', reader) : readOne(reader);
    if (next === null) return null;
    of.push(next);
    if (operator(reader.tokens[reader.at]) !== kind) return of.length === 1 ? next : { kind, of };
    reader.at++;
  }
}

function readOne(reader: Reader): License | null {
  const token = reader.tokens[reader.at++];
  if (token === '(') {
    const inside = readAny('or', reader);
    return reader.tokens[reader.at++] === ')' ? inside : null;
  }
  if (!isId(token)) return null;
  if (operator(reader.tokens[reader.at]) !== 'with') return { kind: 'license', id: token, exception: null };
  const exception = reader.tokens[reader.at + 1];
  reader.at += 2;
  return isId(exception) ? { kind: 'license', id: token, exception } : null;
}

const isId = (token: string | undefined): token is string =>
  token !== undefined &&
  !operators.has(operator(token)) &&
  /^(?:DocumentRef-[\w.-]+:)?[a-z0-9][a-z0-9.-]*\+?$/i.test(token);

/** Whether a license may be kept to by what is allowed, which holds identifiers as `idOf` gives them. */
export function isAllowed(license: License, allowed: ReadonlySet<string>): boolean {
  if (license.kind === 'license') return allowed.has(idOf(license.id));
  return license.kind === 'and'
    ? license.of.every((one) => isAllowed(one, allowed))
    : license.of.some((one) => isAllowed(one, allowed));
}

/** An identifier in one spelling: without regard to case, and GNU's as SPDX 3 has them (`GPL-2.0+` is `GPL-2.0-or-later`). */
export function idOf(id: string): string {
  const lower = id.toLowerCase();
  const [, gnu, plus] = /^((?:a|l)?gpl-\d\.\d|gfdl-\d\.\d)(\+?)$/.exec(lower) ?? [];
  return gnu === undefined ? lower : `${gnu}-${plus === '+' ? 'or-later' : 'only'}`;
}
