import { z } from 'zod';
import { parseJson } from '../../core/json/json.ts';
import { type ObjectKey, objectKeySchema } from '../../core/layout/keys.ts';
import type { Change, Entry } from '../twins/store-memory.ts';
import { channel, isSegmentOf, subdir } from './simulated-package.ts';
import {
  generationOf,
  isIndexFile,
  outputs,
  rootKey,
  rootOf,
  type Shown,
  shardIndexKey,
  shardsOf,
  shownBy,
  type Watch,
} from './watch.ts';

/** What does not hold, in a sentence; null when it holds. */
type Fault = string | null;
/** Asked at every change of an object, before anyone sees it. */
type StepInvariant = (watch: Watch, change: Change) => Fault;

const statePrefix = `_gatehouse/state/`;
const segmentPrefix = `_gatehouse/state/${channel}/${subdir}/`;
const provenancePrefix = `_gatehouse/provenance/${channel}/${subdir}/`;
const shardPrefix = `${channel}/${subdir}/shards/`;
const packagePrefix = `${channel}/${subdir}/`;
const isPackage = (key: string) => key.startsWith(packagePrefix) && /\.(conda|tar\.bz2)$/.test(key);

/** The output a change wrote, before and after. */
function written(watch: Watch, { key, before, after }: Change): { was: Shown | null; is: Shown } | null {
  if (!outputs.includes(key) || after === null) return null;
  return { was: before && shownBy(watch, key, before), is: shownBy(watch, key, after) };
}

/** Nothing goes out of an index more often than its removal was recorded. */
const noDisappearance: StepInvariant = (watch, change) => {
  const output = written(watch, change);
  for (const filename of output?.was?.records.keys() ?? []) {
    if (output?.is.records.has(filename)) continue;
    const place = `${change.key} ${filename}`;
    const times = 1 + (watch.disappearances.get(place) ?? 0);
    watch.disappearances.set(place, times);
    if (times > (watch.removals.get(filename) ?? 0) && !watch.cameBack.has(change.key))
      return `${filename} went out of ${change.key} and nobody removed it`;
  }
  return null;
};

/** A record names bytes that were there, by their hash and size; the root names segments and the shard index shards that are there. */
const referential: StepInvariant = (watch, change) => {
  for (const [filename, { sha256, size }] of written(watch, change)?.is.records ?? []) {
    const named = watch.packages.find((candidate) => candidate.filename === filename);
    if (named === undefined || !watch.existed.has(filename)) return `${change.key} lists ${filename}, which never was`;
    if (sha256 !== named.sha256 || size !== named.bytes.length) return `${filename} has other bytes`;
  }
  if (change.key === shardIndexKey) return shardsThere(watch, change);
  return change.key.startsWith(statePrefix) ? segmentsThere(watch) : null;
};

function segmentsThere({ objects }: Watch): Fault {
  const root = objects.get(objectKeySchema.parse(rootKey));
  const segments = root === undefined ? [] : Object.values(rootOf(root).sections).flat();
  const lost = segments.find(({ sha256 }) => !objects.has(objectKeySchema.parse(segmentPrefix + sha256)));
  return lost === undefined ? null : `the root names segment ${lost.sha256}, which is not there`;
}

function shardsThere({ objects }: Watch, { after }: Change): Fault {
  const lost = after && shardsOf(after).find((key) => !objects.has(key));
  return lost ? `the shard index names ${lost}, which is not there` : null;
}

/**
 * Each index file parses by itself, one generation says one thing in both forms, and `.zst` is never behind `.json`.
 * By how many generations it may lead depends on how many workers stop between the two, so that is not bounded.
 */
const noTornRead: StepInvariant = (watch, change) => {
  try {
    const output = written(watch, change);
    if (output === null) return otherForm(change);
    const { generation, text } = output.is;
    if (!(generation > 0)) return `${change.key} carries no generation`;
    if (text !== (watch.contents.get(generation) ?? text)) return `generation ${generation} says two things`;
    watch.contents.set(generation, text);
    const [zst, json] = outputs.map((key) => (key === change.key ? change.after : (watch.objects.get(key) ?? null)));
    const behind = !!json && (zst ? generationOf(zst) : 0) < generationOf(json);
    return behind && !outputs.some((key) => watch.cameBack.has(key)) ? '.zst is behind .json' : null;
  } catch (error) {
    return `${change.key} cannot be read: ${String(error)}`;
  }
};

function otherForm({ key, after }: Change): Fault {
  if (after !== null && isIndexFile(key, after) && key.endsWith('.json'))
    parseJson(Buffer.from(after.bytes).toString('utf8'), z.looseObject({}), key);
  return null;
}

/**
 * The root's generation rises or stays; so does that of every output, and a record's `indexed_timestamp` stays. Where a
 * tag is the MD5 of the bytes, an output whose bytes came back takes a late writer's If-Match for good: it may go back
 * then for a moment, and {@link converged} holds all the same.
 */
const monotonic: StepInvariant = (watch, change) => {
  const { key, before, after } = change;
  const lasting = key === rootKey || (before !== null && isIndexFile(key, before));
  if (after === null) return lasting ? `${key} was deleted` : null;
  if (before === null || !lasting) return null;
  if (key === rootKey) return rises(key, rootOf(before).generation, rootOf(after).generation);
  const fault = watch.cameBack.has(key) ? null : rises(key, generationOf(before), generationOf(after));
  return fault ?? timesStay(written(watch, change));
};

const rises = (key: string, was: number, is: number): Fault =>
  is < was ? `${key} went from generation ${was} to ${is}` : null;

function timesStay(output: ReturnType<typeof written>): Fault {
  for (const [filename, { indexed_timestamp: time }] of output?.is.records ?? []) {
    const first = output?.was?.records.get(filename)?.indexed_timestamp;
    if (first !== undefined && first !== time) return `${filename} was indexed at ${first}, now at ${time}`;
  }
  return null;
}

/** Packages are created and deleted, never replaced; what is named for its content holds it; provenance stays. */
const immutable: StepInvariant = (watch, { key, before, after }) => {
  if (after === null) return null;
  if (isPackage(key)) return before === null ? null : `${key} was replaced`;
  const segment = key.startsWith(segmentPrefix) ? key.slice(segmentPrefix.length) : null;
  if (segment?.length === 64 && !isSegmentOf(segment, after.bytes)) return `${key} holds other bytes`;
  const named = segment !== null && segment !== 'shards';
  return named || key.startsWith(provenancePrefix) || key.startsWith(shardPrefix)
    ? staysFirst(watch, key, after)
    : null;
};

function staysFirst(watch: Watch, key: ObjectKey, { bytes }: Entry): Fault {
  const first = watch.firstBytes.get(key) ?? bytes;
  watch.firstBytes.set(key, first);
  return Buffer.from(first).equals(bytes) ? null : `${key} changed`;
}

/** Nothing is listed before the gate has let it in. */
const nothingUnjudged: StepInvariant = (watch, change) => {
  const early = [...(written(watch, change)?.is.records.keys() ?? [])].find((filename) => !watch.passed.has(filename));
  return early === undefined ? null : `${change.key} lists ${early}, which the gate has not let in`;
};

/** What was withdrawn, left every index and was deleted last is never listed again. */
const removalOrder: StepInvariant = (watch, change) => {
  const back = [...(written(watch, change)?.is.records.keys() ?? [])].find((filename) => watch.gone.has(filename));
  return back === undefined ? null : `${change.key} lists ${back} again, which was removed in order`;
};

/** The rules that hold at every step, by number and name. */
export const stepInvariants: Readonly<Record<string, StepInvariant>> = {
  'R3 no torn read': noTornRead,
  'R1 no lost update': noDisappearance,
  'R2 referential': referential,
  'R4 monotonic': monotonic,
  'R7 immutable': immutable,
  'R8 nothing unjudged': nothingUnjudged,
  'R12 removal order': removalOrder,
};
