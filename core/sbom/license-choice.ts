import { spdxExceptions, spdxIds } from './spdx-ids.ts';

/** `licenses` of a component, in one of the three forms that CycloneDX has. */
export type LicenseChoice = readonly (
  | { readonly license: { readonly id: string } | { readonly name: string } }
  | { readonly expression: string }
)[];

/** A license as packages write it: one identifier, an expression of SPDX, or whatever else it is called. */
export function licenseChoice(text: string | null): LicenseChoice {
  const license = text?.trim() ?? '';
  if (license === '') return [];
  if (spdxIds.has(license)) return [{ license: { id: license } }];
  return isExpression(license) ? [{ expression: license }] : [{ license: { name: license } }];
}

/** In UTF-16 units: no package has a longer one that anybody wrote by hand. */
const maxExpressionLength = 1000;

/**
 * SPDX's grammar (specification 2.3, annex D): identifiers joined by `AND` and `OR`, each with an exception perhaps, in any
 * parentheses. Read by taking what is simple out, from within, until one is left.
 */
function isExpression(text: string): boolean {
  if (text.length > maxExpressionLength || /[^A-Za-z0-9.+\-() ]/.test(text)) return false;
  let tokens = text.replace(/[()]/g, ' $& ').trim().split(/ +/).map(kindOf).join('').replaceAll('lwe', 'l');
  for (let before = ''; before !== tokens; ) {
    before = tokens;
    tokens = tokens.replaceAll('lol', 'l').replaceAll('(l)', 'l');
  }
  return tokens === 'l';
}

/** A letter for each word: license, `WITH`, exception, operator, and `?` for what is none. */
function kindOf(word: string): string {
  if (word === '(' || word === ')') return word;
  if (word === 'AND' || word === 'OR') return 'o';
  if (word === 'WITH') return 'w';
  if (spdxExceptions.has(word)) return 'e';
  return spdxIds.has(word.replace(/\+$/, '')) || /^LicenseRef-[A-Za-z0-9.-]+$/.test(word) ? 'l' : '?';
}
