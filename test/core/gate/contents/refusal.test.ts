import { expect, it } from 'vitest';
import { refusalFiring } from '../../../../core/gate/contents/refusal.ts';

it.each([
  ['A6.window', 'package', 'A6', 'A6.window'],
  ['B7.json', 'package', 'B7', 'B7.json'],
  ['wheel.record-hash', 'wheel', 'F3', 'F3.record-hash'],
  ['wheel.entry-point', 'wheel', 'D5', 'D5.entry-point'],
  ['wheel.scheme', 'wheel', 'F5', 'F5.scheme'],
  ['metadata.identity', 'wheel', 'F2', 'F2.identity'],
  ['A15.crc', 'sdist', 'D6', 'D6.crc'],
  ['sdist.root', 'sdist', 'D6', 'D6.root'],
  ['new.word', 'sdist', 'A4', 'A4.word'],
] as const)('the refusal %s of a %s is %s’s', (code, kind, id, shown) => {
  expect(refusalFiring({ code, detail: 'x' }, kind)).toEqual({
    id,
    firing: { code: shown, verdict: 'reject', detail: 'x' },
  });
});
