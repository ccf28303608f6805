import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteRange } from '../../../local/serve/answer.ts';

describe('a Range header over ten bytes (RFC 9110 14.1.2)', () => {
  test.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=0-', { start: 0, end: 10 }],
    ['bytes=9-', { start: 9, end: 10 }],
    ['bytes=3-5', { start: 3, end: 6 }],
    ['bytes=3-9', { start: 3, end: 10 }],
    ['bytes=3-10', { start: 3, end: 10 }],
    ['bytes=3-99999999999999999999999', { start: 3, end: 10 }],
    ['bytes=-1', { start: 9, end: 10 }],
    ['bytes=-10', { start: 0, end: 10 }],
    ['bytes=-11', { start: 0, end: 10 }],
    ['bytes=0003-0005', { start: 3, end: 6 }],
    ['Bytes= 3-5 ', { start: 3, end: 6 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=10-20', 'unsatisfiable'],
    [`bytes=${'9'.repeat(400)}-`, 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
  ])('%s is %o', (header, expected) => {
    expect(byteRange(header, 10)).toEqual(expected);
  });

  test.each([
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-3',
    'bytes=--1',
    'bytes=1-2-3',
    'bytes=a-',
    'bytes=1.5-',
    'bytes=+1-',
    'bytes=0x1-',
    'items=0-1',
    'bytes:0-1',
    'bytes=0-1,3-4',
    'bytes=0-1, 3-4',
    'bytes=,0-1',
    'bytes=0-1,',
    'bytes=٣-',
  ])('%s is ignored', (header) => expect(byteRange(header, 10)).toBeNull());

  test('an absent header is ignored', () => expect(byteRange(undefined, 10)).toBeNull());
});

test('of no bytes, a suffix is the whole and nothing else can be had', () => {
  expect(byteRange('bytes=-5', 0)).toBeNull();
  expect(byteRange('bytes=0-', 0)).toBe('unsatisfiable');
});

test('a range lies within the source and is never empty', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.option(fc.nat(1200)), fc.option(fc.nat(1200)), (size, first, last) => {
      const range = byteRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
      if (range === null || range === 'unsatisfiable') return;
      expect(0 <= range.start && range.start < range.end && range.end <= size).toBe(true);
    }),
  );
});
