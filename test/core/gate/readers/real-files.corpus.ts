import { expect, it } from 'vitest';
import { changeReal } from '../../../support/made-archives/change-real.ts';
import { dice } from '../../../support/made-archives/dice.ts';
import { addFile, noneYet } from '../../../support/readers/agreement.ts';
import { startPythonReader } from '../../../support/readers/python-reader.ts';
import { realFiles } from '../../../support/readers/real-files.ts';

it('passes no file of the corpus that another reader reads otherwise', async () => {
  await using python = startPythonReader();
  const agreement = noneYet();
  for (const file of realFiles()) await addFile(agreement, { ...file, isChanged: false, made: file.id }, python);
  expect(agreement.disagreements).toEqual([]);
  expect(agreement.files).toBe(557);
  expect(agreement.passed).toBeGreaterThan(520);
});

/** Those that take no more than milliseconds to pack anew. */
const smallBytes = 20_000;
const changesEach = Number(process.env['GATEHOUSE_CHANGES'] ?? 8);

it('passes no changed file of the corpus that another reader reads otherwise', async () => {
  await using python = startPythonReader();
  const agreement = noneYet();
  for (const file of realFiles()) {
    if (file.bytes.length > smallBytes) continue;
    for (let seed = 1; seed <= changesEach; seed++) {
      const bytes = await changeReal(dice(seed), file.kind, file.bytes).catch(() => null);
      const made = `changeReal(dice(${seed}), '${file.kind}', ${file.id})`;
      if (bytes) await addFile(agreement, { ...file, bytes, made, isChanged: true }, python);
    }
  }
  expect(agreement.disagreements).toEqual([]);
  expect(agreement.files).toBeGreaterThan(300 * changesEach);
  expect(agreement.passed / agreement.files).toBeGreaterThan(0.15);
});
