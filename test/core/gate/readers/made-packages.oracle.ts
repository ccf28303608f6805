import { expect, it } from 'vitest';
import { agreeOnMade } from '../../../support/readers/agreement.ts';
import { startPythonReader } from '../../../support/readers/python-reader.ts';

/** `npm run soak:readers` makes more. */
const files = Number(process.env['GATEHOUSE_MADE_FILES'] ?? 5000);
const from = Number(process.env['GATEHOUSE_MADE_FROM'] ?? 1);

it.each(['conda', 'tar.bz2'] as const)(
  'passes no made .%s that another reader reads otherwise',
  { timeout: 300_000 + files * 50 },
  async (kind) => {
    await using python = startPythonReader();
    const { disagreements, passed, changed } = await agreeOnMade(kind, { from, files }, python);
    expect(disagreements).toEqual([]);
    // What refuses all would agree with everybody.
    expect(passed / files).toBeGreaterThan(0.3);
    expect(changed / files).toBeGreaterThan(0.05);
  },
);
