import { normalProjectName } from '../../names/normal-project-name.ts';
import type { GateCandidate } from '../check.ts';
import type { Contents } from '../reading.ts';

/** Names of what a file depends on, each once: of a package by its own word and its record's, which may be a hotfix. */
export function dependsOf({ index, wheel }: Contents, { record }: GateCandidate): string[] {
  const specs = [...(index?.depends ?? []), ...(record?.depends ?? [])].map(nameOfSpec);
  const requirements = (wheel?.metadata.requiresDist ?? []).map(nameOfRequirement);
  return [...new Set([...specs, ...requirements])].filter((name) => name !== '');
}

/** A MatchSpec's name: behind a channel, before a version or brackets. */
const nameOfSpec = (spec: string): string => /^(?:.*::)?\s*([^\s=<>!~[,]+)/.exec(spec)?.[1]?.toLowerCase() ?? '';

/** PEP 508's. */
const nameOfRequirement = (line: string): string => normalProjectName(/^\s*([A-Za-z0-9._-]+)/.exec(line)?.[1] ?? '');
