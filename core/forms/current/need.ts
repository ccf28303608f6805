import { z } from 'zod';
import { parseJson } from '../../json.ts';
import { matchSpecMatches } from '../../match-spec/match-record.ts';
import { type MatchSpec, parseMatchSpec } from '../../match-spec/parse-match-spec.ts';
import type { Known } from './known.ts';

/** A dependency on any build of a channel's own. */
export interface Need {
  readonly name: string;
  isMetBy(one: Pick<Known, 'version' | 'build' | 'buildNumber'>): boolean;
}

const plainName = /^[a-z0-9_][a-z0-9_.-]{0,63}$/;
/** What says nothing of the name and has the same meaning behind any. */
const plainRest = /^[^:[\\]{0,200}$/;

/**
 * Reads dependencies as `candidatesSummary` has them; null for what is none. A channel's dependencies are on many names
 * and say few things of them (`>=1.2,<2.0a0`), so that each of those is read once, and held once against each version.
 */
export function needReader(): (written: string) => Need | null {
  const known = new Map<string, Need | null>();
  const read = (rest: string): Need | null => {
    const need = readNeed(`x ${rest}`);
    known.set(rest, need);
    return need;
  };
  return (written) => {
    const [name, rest] = parted(written);
    const before = known.get(rest);
    if (!plainName.test(name) || (before === undefined && !plainRest.test(rest))) return readNeed(textOf(written));
    const need = before === undefined ? read(rest) : before;
    return need && { name, isMetBy: need.isMetBy };
  };
}

function parted(written: string): [name: string, rest: string] {
  const space = written.indexOf(' ');
  return space === -1 ? [written, ''] : [written.slice(0, space), written.slice(space + 1)];
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
