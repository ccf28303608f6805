import { z } from 'zod';
import { parseJson } from '../../json.ts';
import { type MatchSpec, matchSpecMatches, parseMatchSpec } from '../../match-spec.ts';
import type { Known } from './known.ts';

/** A dependency on any build of a channel's own. */
export interface Need {
  readonly name: string;
  isMetBy(one: Pick<Known, 'version' | 'build' | 'buildNumber'>): boolean;
}

/** Whatever stands behind the first space says nothing of the name, and has no other meaning behind another name. */
const plain = /^([a-z0-9_][a-z0-9_.-]{0,63})(?: ([^#;:[]{1,200}))?$/;

/**
 * Reads dependencies as `candidatesSummary` has them; null for what is none. A channel's dependencies are on many names
 * and say few things of them (`>=1.2,<2.0a0`), so that each of those is read once, and held once against each version.
 */
export function needReader(): (written: string) => Need | null {
  const known = new Map<string, Need | null>();
  return (written) => {
    const [, name, rest = ''] = plain.exec(written) ?? [];
    if (name === undefined || written.includes('\\')) return readNeed(textOf(written));
    const before = known.get(rest);
    const need = before === undefined ? readNeed(`x ${rest}`) : before;
    if (before === undefined) known.set(rest, need);
    return need && { ...need, name };
  };
}

/** JSON without its quotes. */
const textOf = (written: string): string => parseJson(`"${written}"`, z.string(), 'a dependency');

function readNeed(text: string): Need | null {
  const parsed = parseMatchSpec(text);
  if (!parsed.ok || parsed.spec.channel !== null) return null;
  const { spec } = parsed;
  const known = new Map<string, boolean>();
  return {
    name: spec.name,
    isMetBy(one) {
      const key = looksAtBuilds(spec) ? `${one.version}-${one.build}-${one.buildNumber}` : one.version;
      const before = known.get(key);
      const met = before ?? matchSpecMatches(spec, { ...one, name: spec.name, build_number: one.buildNumber });
      if (before === undefined) known.set(key, met);
      return met;
    },
  };
}

const looksAtBuilds = ({ build, buildNumber }: MatchSpec): boolean => build !== null || buildNumber !== null;
