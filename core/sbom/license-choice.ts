import { idOf, type License, parseLicense } from '../gate/content/parse-license.ts';
import { writtenLicense } from '../gate/content/stated-license.ts';
import { spdxExceptions, spdxIds } from './spdx-ids.ts';

/** `licenses` of a component, in one of the three forms that CycloneDX has. */
export type LicenseChoice = readonly (
  | { readonly license: { readonly id: string } | { readonly name: string } }
  | { readonly expression: string }
)[];

/** A license as a package writes it: one identifier of SPDX, an expression, or whatever else it is called. */
export function licenseChoice(text: string | null): LicenseChoice {
  const name = text === null ? null : writtenLicense(text);
  if (name === null) return [];
  const license = parseLicense(name);
  const expression = license && expressionOf(license);
  if (expression === null) return [{ license: { name } }];
  return spdxIds.has(expression) ? [{ license: { id: expression } }] : [{ expression }];
}

const bySpelling = (known: ReadonlySet<string>) => new Map([...known].map((id) => [id.toLowerCase(), id]));
const ids = bySpelling(spdxIds);
const exceptions = bySpelling(spdxExceptions);

/** Null where a word of it is none that SPDX knows. */
function expressionOf(license: License): string | null {
  if (license.kind === 'license') return simpleExpression(license);
  const parts = license.of.map((one) => {
    const part = expressionOf(one);
    return one.kind === 'or' && license.kind === 'and' ? part && `(${part})` : part;
  });
  return parts.includes(null) ? null : parts.join(license.kind === 'and' ? ' AND ' : ' OR ');
}

function simpleExpression({ id, exception }: License & { readonly kind: 'license' }): string | null {
  const [, base = id, plus = ''] = /^(.+?)(\+?)$/.exec(id) ?? [];
  const known = ids.get(idOf(id)) ?? withPlus(ids.get(base.toLowerCase()), plus);
  const own = /^LicenseRef-/.test(id) ? id : (known ?? null);
  if (own === null || exception === null) return own;
  const permitted = exceptions.get(exception.toLowerCase());
  return permitted === undefined ? null : `${own} WITH ${permitted}`;
}

const withPlus = (id: string | undefined, plus: string): string | undefined => id && id + plus;
