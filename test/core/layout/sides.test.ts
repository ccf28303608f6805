import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowlistKey, objectKeySchema, usedNamesPrefix } from '../../../core/layout/keys.ts';
import { keyWithin, stagedPath } from '../../../core/layout/sides.ts';
import { key } from '../../support/store/objects.ts';

test.each([
  ['conda/noarch/a-1-0.conda', 'channel', 'conda/noarch/a-1-0.conda'],
  ['staging/conda/noarch/a-1-0.conda', 'staging', 'conda/noarch/a-1-0.conda'],
  ['_gatehouse/control/simple/demo.json', 'channel', '_gatehouse/control/simple/demo.json'],
  ['_gatehouse/staging/control/simple/demo.json', 'staging', '_gatehouse/control/simple/demo.json'],
  ['_gatehouse/names/simple/demo/demo-1.tar.gz.json', 'channel', '_gatehouse/names/simple/demo/demo-1.tar.gz.json'],
  ['stagings/x', 'channel', 'stagings/x'],
])('%s is of the %s, as %s', (stored, side, own) => {
  expect(keyWithin(key(stored))).toEqual({ side, key: own });
});

test('what staging puts somewhere is found to be its own, under the key that it gave', () => {
  const part = fc.constantFrom('_gatehouse', 'staging', 'conda', 'simple', 'control', 'names', 'a');
  fc.assert(
    fc.property(fc.array(part, { minLength: 2, maxLength: 5 }), (parts) => {
      const own = objectKeySchema.parse(parts.join('/'));
      fc.pre(!own.startsWith(usedNamesPrefix) && own !== allowlistKey);
      expect(keyWithin(objectKeySchema.parse(stagedPath(own)))).toEqual({ side: 'staging', key: own });
    }),
  );
});
