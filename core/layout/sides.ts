import { advisoriesKey, knownScriptsPrefix, recalledPrefix } from './gate-keys.ts';
import {
  allowlistKey,
  mappingKey,
  type ObjectKey,
  objectKeySchema,
  privatePrefix,
  stagingFolder,
  tokensKey,
  usedNamesPrefix,
} from './keys.ts';

/** The two sides of a store: what all clients are to have, and what is staged for it. */
export const sides = ['channel', 'staging'] as const;
export type Side = (typeof sides)[number];

/** What staging has in common with the channel: a name that one of them used is used in both, and what is recalled in both. */
const sharedPrefixes: readonly string[] = [
  usedNamesPrefix,
  allowlistKey,
  mappingKey,
  tokensKey,
  advisoriesKey,
  recalledPrefix,
  knownScriptsPrefix,
];

const publicPrefix = `${stagingFolder}/`;
const stagedPrivatePrefix = `${privatePrefix}${publicPrefix}`;

const isShared = (path: string): boolean => sharedPrefixes.some((prefix) => path.startsWith(prefix));

/** Where in the whole store a key of staging lies, or what starts as one. */
export const stagedPath = (path: string): string => {
  if (isShared(path)) return path;
  return path.startsWith(privatePrefix) ? stagedPrivatePrefix + path.slice(privatePrefix.length) : publicPrefix + path;
};

/** Whose a key of the whole store is, and what it is called there: the inverse of `stagedPath`. */
export function keyWithin(key: ObjectKey): { readonly side: Side; readonly key: ObjectKey } {
  const staged = (path: string) => ({ side: 'staging', key: objectKeySchema.parse(path) }) as const;
  if (key.startsWith(publicPrefix)) return staged(key.slice(publicPrefix.length));
  if (key.startsWith(stagedPrivatePrefix)) return staged(privatePrefix + key.slice(stagedPrivatePrefix.length));
  return { side: 'channel', key };
}
