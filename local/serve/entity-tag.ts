const quoted = /^"[\x21\x23-\x7e]*"$/;
const tagInList = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** A store's opaque tag as a strong entity tag: in quotes, without characters a header may not carry (RFC 9110 8.8.3). */
export function entityTag(opaque: string): string {
  return quoted.test(opaque) ? opaque : `"${encodeURIComponent(opaque)}"`;
}

/**
 * Whether a list of tags, or `*`, holds `tag`. The strong comparison, which If-Match needs, takes no `W/` tag; the weak
 * one, which If-None-Match needs, does (RFC 9110 8.8.3.2).
 */
export function listHoldsTag(list: string, tag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  return [...list.matchAll(tagInList)].some(([, weak, opaque]) => opaque === tag && (comparison === 'weak' || !weak));
}
