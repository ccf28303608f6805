import { expect, it } from 'vitest';
import { refuse, shown } from '../../../core/archive/finding.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { refusalCode } from '../../support/packages/refusal.ts';

it('names the code of a refusal, and of nothing else', () => {
  expect(() => refuse('A4.crc', 'x: y')).toThrow(new GatehouseError('package.refused', 'A4.crc: x: y'));
  expect(refusalCode(new GatehouseError('package.refused', 'A4.crc: x: y'))).toBe('A4.crc');
  expect(refusalCode(new GatehouseError('store.broken', 'A4.crc: x'))).toBeNull();
  expect(refusalCode(new Error('A4.crc: x'))).toBeNull();
});

it('shows hostile text in one short line of ASCII', () => {
  expect(shown('a\n\u001b[31m\u202eé"')).toBe('"a\\n\\u001b[31m\\u202e\\u00e9\\""');
  expect(shown('x'.repeat(1000))).toHaveLength(205);
});
