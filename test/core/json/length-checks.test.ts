import { expect, it } from 'vitest';
import { z } from 'zod';
import { atMostUnits, notEmpty } from '../../../core/json/length-checks.ts';

it.each([
  ['a text that is empty', z.string().check(notEmpty), z.string().min(1), ['', 'a']],
  ['a list that is empty', z.array(z.string()).check(notEmpty), z.array(z.string()).min(1), [[], ['a']]],
  ['a text that is too long', z.string().check(atMostUnits(2)), z.string().max(2), ['abc', 'ab', '\u{10000}']],
])("says of %s what zod's own check says", (_, checked, own, values) => {
  for (const value of values) {
    expect(checked.safeParse(value).error?.issues[0]?.message).toBe(own.safeParse(value).error?.issues[0]?.message);
    expect(checked.safeParse(value).success).toBe(own.safeParse(value).success);
  }
});

it.each([
  ['text', z.string().check(notEmpty, atMostUnits(2))],
  ['a list', z.array(z.string()).check(notEmpty)],
])('refuses what is no %s and has a length that is no number', (_, schema) => {
  expect(schema.safeParse({ length: [{ toString: 1 }] }).error?.issues).toMatchObject([{ code: 'invalid_type' }]);
});
