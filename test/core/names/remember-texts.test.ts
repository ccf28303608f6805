import { expect, it } from 'vitest';
import { rememberTexts } from '../../../core/names/remember-texts.ts';

it('works a text out once, and keeps none that nobody would write', () => {
  const worked: string[] = [];
  const length = rememberTexts((text) => worked.push(text) && text.length);
  const long = 'x'.repeat(1001);
  expect(['a', 'a', long, long].map(length)).toEqual([1, 1, 1001, 1001]);
  expect(worked).toEqual(['a', long, long]);
});
