import { canonicalJson } from '../json/json.ts';
import { GatehouseError } from '../problems/error.ts';

/** Something odd but sound that a reader met. `code` is stable; the gate decides what it means. */
export interface Finding {
  readonly code: string;
  readonly detail: string;
}

/** Told of an odd thing while reading goes on. */
export type Report = (code: string, detail: string) => void;

/** Enough findings to see a pattern; a hostile archive could hold 200,000 odd members. */
const maxKeptPerCode = 10;

/** Gathers findings in memory bounded by the number of codes: ten of each, and how many more there were. */
export function collectFindings(): { readonly report: Report; list(): Finding[] } {
  const byCode = new Map<string, { kept: Finding[]; more: number }>();
  return {
    report(code, detail) {
      const seen = byCode.get(code) ?? { kept: [], more: 0 };
      byCode.set(code, seen);
      if (seen.kept.length < maxKeptPerCode) seen.kept.push({ code, detail });
      else seen.more++;
    },
    list: () =>
      [...byCode].flatMap(([code, { kept, more }]) =>
        more > 0 ? [...kept, { code, detail: `and ${more} more` }] : kept,
      ),
  };
}

/**
 * Refuses the bytes being read. The code (`A4.framing`) leads the message, so that people can search for it.
 *
 * @throws GatehouseError `package.refused`, always
 */
export function refuse(code: string, detail: string): never {
  throw new GatehouseError('package.refused', `${code}: ${detail}`);
}

const maxShownCharacters = 200;

/** Text from an archive made safe to show: quoted, cut, and ASCII only. */
export function shown(text: string): string {
  return canonicalJson(text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters)}...` : text);
}
