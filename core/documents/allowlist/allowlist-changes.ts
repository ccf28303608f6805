import { canonicalJson } from '../../json/json.ts';
import type { Allowlist } from './parse-allowlist.ts';
import type { Entry } from './read-entries.ts';

/**
 * What one allowlist says that another does not, by what both mean and not by how they are written: a line each, `+` for
 * what is more in the second. Empty where they mean the same.
 */
export function allowlistChanges(before: Allowlist, after: Allowlist): string[] {
  const { entries: entriesBefore, environments: groupsBefore, policy: policyBefore, ...restBefore } = before;
  const { entries, environments, policy, ...rest } = after;
  return [
    ...entryChanges(entriesBefore, entries),
    ...partsChanged('environment ', named(groupsBefore), named(environments)),
    ...partsChanged('', restBefore, rest),
    ...partsChanged('policy.', policyBefore, policy),
  ];
}

const named = (groups: Allowlist['environments']) => Object.fromEntries(groups.map((group) => [group.name, group]));

/** One id may have several entries, each for platforms of its own. */
function entryChanges(before: readonly Entry[], after: readonly Entry[]): string[] {
  const [old, now] = [before, after].map((entries) => Map.groupBy(entries, ({ id }) => id));
  const ids = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])];
  return ids.flatMap((id) => {
    const [was, is] = [old?.get(id), now?.get(id)];
    if (was === undefined) return [`+ ${id}`];
    if (is === undefined) return [`- ${id}`];
    return meaning(was) === meaning(is) ? [] : [`~ ${id} (with other details)`];
  });
}

/** Parts of an object that are not the same in another: of a list of texts what is more and less, of anything else its name. */
function partsChanged(prefix: string, before: object, after: object): string[] {
  const [old, now] = [
    new Map<string, unknown>(Object.entries(before)),
    new Map<string, unknown>(Object.entries(after)),
  ];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    if (meaning(was) === meaning(is)) return [];
    return [`${prefix}${name}${areTexts(was) && areTexts(is) ? `: ${listChange(was, is)}` : ' differs'}`];
  });
}

const areTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');

function listChange(before: readonly string[], after: readonly string[]): string {
  const more = after.filter((text) => !before.includes(text)).map((text) => `+ ${text}`);
  const less = before.filter((text) => !after.includes(text)).map((text) => `- ${text}`);
  return [...more, ...less].join(', ') || 'in another order';
}

/** The same text for what means the same: maps as objects, and without the lines on which things stand. */
export const meaning = (value: unknown): string => canonicalJson(plain(value));

function plain(value: unknown): unknown {
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([name]) => name !== 'line');
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}
