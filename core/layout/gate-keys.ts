import type { Sha256 } from '../names/digest.ts';
import { type ObjectKey, objectKeySchema } from './keys.ts';

/** What the gate found of some bytes under a name, by the file's id (`linux-64/x-1.0-0.conda`, `simple/x/x-1.0.tar.gz`). */
export const verdictKey = (id: string, sha256: Sha256): ObjectKey =>
  objectKeySchema.parse(`${verdictsOf(id)}${sha256}.json`);

/** The verdicts of all bytes that ever had a name, or whose ids start so. */
export const verdictPrefix = (idOrStart: string): string =>
  `_gatehouse/verdicts/${idOrStart.startsWith('simple/') ? '' : 'conda/'}${idOrStart}`;

export const verdictsPrefix = '_gatehouse/verdicts/';

/** The verdicts of all bytes that ever had this very name. */
export const verdictsOf = (id: string): string => `${verdictPrefix(id)}/`;

/** Bytes that the gate holds: nobody can get them, and whoever releases them need not fetch them again. Create-only. */
export const heldKey = (sha256: Sha256): ObjectKey => objectKeySchema.parse(`${heldPrefix}${sha256}`);

export const heldPrefix = '_gatehouse/held/';

/** Bytes that were taken back, kept for the auditor; and what is known of that, beside them. */
export const recalledKey = (sha256: Sha256): ObjectKey => objectKeySchema.parse(`${recalledPrefix}${sha256}`);

export const recallKey = (sha256: Sha256): ObjectKey => objectKeySchema.parse(`${recalledPrefix}${sha256}.json`);

export const recalledPrefix = '_gatehouse/recalled/';

/**
 * That a file passed once as what it is to a check, by its sha256: the same again is nothing new. The same bytes as something
 * else are: an activation script that is laid down as a `.pth` runs at every start of Python.
 */
export const knownScriptKey = (check: string, sha256: Sha256): ObjectKey =>
  objectKeySchema.parse(`${knownScriptsPrefix}${check}/${sha256}.json`);

export const knownScriptsPrefix = '_gatehouse/scripts/';

/** That a first sync or sweep ended: what comes later is new. */
export const openedKey: ObjectKey = objectKeySchema.parse('_gatehouse/opened.json');

/** When some bytes were first seen at an upstream that does not say since when they are public. Create-only. */
export const firstSeenKey = (id: string, digest: string): ObjectKey =>
  objectKeySchema.parse(`${firstSeenPrefix}${id.startsWith('simple/') ? '' : 'conda/'}${id}/${digest}.json`);

export const firstSeenPrefix = '_gatehouse/first-seen/';

/** The advisories as they were last read, with when. */
export const advisoriesKey: ObjectKey = objectKeySchema.parse('_gatehouse/advisories.json');

/** An entry of the ledger: create-only, hash-chained. Twelve digits keep them in order. */
export const ledgerKey = (sequence: number): ObjectKey =>
  objectKeySchema.parse(`${ledgerPrefix}${String(sequence).padStart(12, '0')}.json`);

export const ledgerPrefix = '_gatehouse/ledger/';

/** Where the ledger ended a moment ago; it may have more entries. */
export const ledgerHeadKey: ObjectKey = objectKeySchema.parse('_gatehouse/ledger-head.json');
