import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startJsonScan } from '../../../core/upstream/json-scan.ts';
import { anyDocument, cutUp, damaged, jsonish } from './spelled-json.ts';

interface Scanned {
  readonly accepted: boolean;
  /** Depth, key as written, and the member's text. */
  readonly members: readonly (readonly [depth: number, key: string, text: string])[];
}

function scan(bytes: Uint8Array, chunks: readonly Uint8Array[]): Scanned {
  const members: [number, string, string][] = [];
  const keys = ['', '', ''];
  const text = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString().trimEnd();
  const scanning = startJsonScan({
    key(depth, key) {
      keys[depth] = Buffer.from(key.bytes.subarray(key.from, key.to)).toString();
    },
    member: (depth, { start, end }) => void members.push([depth, keys[depth] ?? '', text(start, end)]),
    fail(reason) {
      throw new Error(reason);
    },
  });
  try {
    for (const chunk of chunks) scanning.push(chunk);
  } catch {
    return { accepted: false, members };
  }
  return { accepted: scanning.isWhole(), members };
}

function parses(bytes: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

describe('a JSON scan', () => {
  it('accepts what JSON.parse accepts, when the root is an object', () => {
    fc.assert(
      fc.property(anyDocument, (text) => {
        const bytes = Buffer.from(text);
        expect(scan(bytes, [bytes]).accepted).toBe(parses(bytes));
      }),
    );
  });

  it('accepts no document that JSON.parse rejects, and no fewer, after any byte is changed, cut or put in', () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        expect(scan(bytes, [bytes]).accepted).toBe(parses(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with JSON.parse on any string of the bytes JSON is made of', () => {
    fc.assert(
      fc.property(jsonish, (text) => {
        const bytes = Buffer.from(text);
        expect(scan(bytes, [bytes]).accepted).toBe(parses(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it('finds every member of the first two levels where JSON.parse has it', () => {
    fc.assert(
      fc.property(anyDocument, (text) => {
        const bytes = Buffer.from(text);
        const found = scan(bytes, [bytes]).members.map(([depth, , member]) => [depth, JSON.parse(`{${member}}`)]);
        expect(found).toEqual(twoLevels(JSON.parse(text)));
      }),
    );
  });

  it('gives the same for any slicing of its input', () => {
    fc.assert(
      fc.property(anyDocument, fc.array(fc.nat(40)), (text, sizes) => {
        const bytes = Buffer.from(text);
        expect(scan(bytes, cutUp(bytes, sizes))).toEqual(scan(bytes, [bytes]));
      }),
    );
  });

  it('refuses nesting that would need memory, and tells the start of a key that would', () => {
    const nested = (depth: number) => Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(scan(nested(63), [nested(63)]).accepted).toBe(true);
    expect(scan(nested(64), [nested(64)]).accepted).toBe(false);
    const keyed = (length: number) => Buffer.from(`{"${'k'.repeat(length)}":1}`);
    for (const sizes of [[], [1500, 1500, 1500], [1, 4095, 1], [4097]]) {
      const { accepted, members } = scan(keyed(9000), cutUp(keyed(9000), sizes));
      expect([accepted, members.map(([, key]) => key)]).toEqual([true, ['k'.repeat(4096)]]);
    }
  });
});

/** In the order in which members end. */
function twoLevels(document: Record<string, unknown>): unknown[] {
  return Object.entries(document).flatMap(([key, value]) => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    const inner = isMap ? Object.entries(value).map(([name, member]) => [2, { [name]: member }]) : [];
    return [...inner, [1, { [key]: value }]];
  });
}
