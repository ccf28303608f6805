import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../../core/json/json.ts';
import { runPython } from '../../support/machine/run-python.ts';

it('canonical JSON is what Python writes with sorted keys and no spaces, and reads back as it was', () => {
  // Numbers apart from safe integers are spelt differently by the two languages, and none is in a record.
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    map: fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 4 }),
  })).value;
  const values = fc.sample(value, 500);
  const script =
    'import json, sys\nfor line in sys.stdin:\n  print(json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")))';
  expect(values.map(canonicalJson)).toEqual(runPython(script, values));
});
