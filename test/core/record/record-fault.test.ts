import { expect, test } from 'vitest';
import { recordFault } from '../../../core/record/record-fault.ts';

const depends = (...texts: string[]) => ({ version: '1', depends: texts });

const faults: readonly (readonly [Parameters<typeof recordFault>[0], string | null])[] = [
  [depends('b >=1', '__glibc >=2.17'), null],
  [depends('b', 'conda-forge::b'), 'record.depends-channel'],
  [depends('b >='), 'record.depends-unreadable'],
  [depends('b>=1'), 'record.depends-unreadable'],
  [depends('b', 'B'), 'record.depends-unreadable'],
  ...['0.6.3.', '1 .0', '', '1..2', '1.0-1_2', '99999999999999999999', '1.0+', '!1'].map(
    (version) => [{ version, depends: [] as string[] }, 'record.version'] as const,
  ),
];

test.each(faults)('%j is %j', (record, code) => {
  expect(recordFault(record)?.code ?? null).toBe(code);
});
