import { Buffer } from 'node:buffer';
import { advance, type Cursor, grammar, listGrammar, objectGrammar, states } from './json-grammar.ts';

/** A scan calls this while it passes over a document whose root is an object. Offsets are bytes from its start. */
export interface JsonScanHandler {
  /** A key at depth 1 or 2, between its quotes, escapes as they are written; of a very long one its start. */
  key(depth: number, key: ByteSlice): void;
  /** The member whose key was told last at this depth. */
  member(depth: number, member: JsonMember): void;
  fail(reason: string, offset: number): never;
}

/** A slice of bytes lent for one call: a view would cost a quarter of the scan. */
export interface ByteSlice {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

export interface JsonMember {
  /** Where the key's quote is. */
  readonly start: number;
  /** Where the comma or brace behind the value is. */
  readonly end: number;
  /** True when the value is an object; told at depth 1 only. */
  readonly isObject: boolean;
}

export interface JsonScan {
  push(chunk: Uint8Array): void;
  /** True once the root object is closed. */
  isWhole(): boolean;
}

interface Place extends Cursor {
  readonly handler: JsonScanHandler;
  depth: number;
  /** The grammar of what is open. */
  steps: Uint8Array;
  /** What is open at each depth: an object or a list. */
  readonly kinds: Uint8Array;
  /** Where the last key of depths 1 and 2 began. */
  readonly starts: Float64Array;
  lastOpened: number;
  /** The document's offset of the slice. */
  base: number;
  /** What earlier slices had of the key that is being read. */
  carried: Buffer;
}

const maxDepth = 64;
/** Of a longer key, which is no file name (211), so much is told: what is carried between slices is bounded by it. */
const maxKeyBytes = 4096;
const list = 0;
const object = 1;

/**
 * Passes once over JSON text that comes in slices of any size, holds it against the whole grammar (RFC 8259; bytes in
 * strings are left to whoever reads a member) and tells where the members of the first two levels lie.
 * Nothing is built, and memory does not grow with the document.
 */
export function startJsonScan(handler: JsonScanHandler): JsonScan {
  const place: Place = {
    handler,
    at: 0,
    state: states.root,
    depth: 0,
    steps: grammar,
    kinds: new Uint8Array(maxDepth + 1),
    starts: new Float64Array(3),
    lastOpened: list,
    base: 0,
    carried: Buffer.alloc(0),
  };
  return {
    push(chunk) {
      for (place.at = 0; place.at < chunk.length; place.at++) {
        const action = advance(place.steps, chunk, place);
        if (place.at < chunk.length) place.state = act(place, action, chunk);
      }
      if (place.depth <= 2 && isInKey(place.state)) {
        const { bytes, from, to } = keySoFar(place, chunk, chunk.length);
        place.carried = Buffer.from(bytes.subarray(from, to));
      }
      place.base += chunk.length;
    },
    isWhole: () => place.state === states.done,
  };
}

function act(place: Place, action: number, chunk: Uint8Array): number {
  switch (action) {
    case states.openKey:
      if (place.depth <= 2) place.starts[place.depth] = place.base + place.at;
      return states.inKey;
    case states.endKey:
      if (place.depth <= 2) place.handler.key(place.depth, keySoFar(place, chunk, place.at));
      if (place.depth === 1) place.lastOpened = list;
      return states.colon;
    case states.comma:
      if (place.kinds[place.depth] === list) return states.value;
      endMember(place);
      return states.nextKey;
    case states.openObject:
      return open(place, object);
    case states.openArray:
      return open(place, list);
    case states.closeObject:
      return close(place, object);
    case states.closeArray:
      return close(place, list);
    default:
      return fail(place, 'not JSON');
  }
}

function fail({ handler, base, at }: Place, reason: string): never {
  return handler.fail(reason, base + at);
}

function open(place: Place, kind: number): number {
  if (place.depth === maxDepth) fail(place, `nested deeper than ${maxDepth}`);
  if (place.depth === 1) place.lastOpened = kind;
  place.kinds[place.depth + 1] = kind;
  enter(place, place.depth + 1);
  return kind === object ? states.firstKey : states.firstItem;
}

function close(place: Place, kind: number): number {
  if (place.kinds[place.depth] !== kind) fail(place, 'the wrong closing bracket');
  if (kind === object && place.state !== states.firstKey) endMember(place);
  enter(place, place.depth - 1);
  return place.depth === 0 ? states.done : states.after;
}

function enter(place: Place, depth: number): void {
  place.depth = depth;
  if (depth <= 2) place.steps = grammar;
  else place.steps = place.kinds[depth] === object ? objectGrammar : listGrammar;
}

function endMember({ handler, depth, starts, base, at, lastOpened }: Place): void {
  if (depth > 2) return;
  handler.member(depth, {
    start: starts[depth] ?? 0,
    end: base + at,
    isObject: depth === 1 && lastOpened === object,
  });
}

function keySoFar(place: Place, chunk: Uint8Array, to: number): ByteSlice {
  const from = (place.starts[place.depth] ?? 0) + 1 - place.base;
  if (from >= 0) return { bytes: chunk, from, to: Math.min(to, from + maxKeyBytes) };
  const missing = Math.max(0, maxKeyBytes - place.carried.length);
  const bytes = Buffer.concat([place.carried, chunk.subarray(0, Math.min(to, missing))]);
  return { bytes, from: 0, to: bytes.length };
}

function isInKey(state: number): boolean {
  return state === states.inKey || (state >= states.keyEscape && state <= states.keyEscape + 4);
}
