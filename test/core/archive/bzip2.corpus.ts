import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decodeBzip2 } from '../../../core/archive/bzip2/decode-bzip2.ts';
import { corpusPackages } from '../../support/packages/corpus.ts';
import { inSlices, joined } from '../../support/packages/refusal.ts';

it("reads every .tar.bz2 of the corpus as C's bzip2 does", async () => {
  const packages = corpusPackages.filter(({ fileName }) => fileName.endsWith('.tar.bz2'));
  expect(packages).toHaveLength(89);
  for (const { path } of packages) {
    const decoded = decodeBzip2(
      inSlices(readFileSync(path), 64 * 1024),
      () => {},
      () => expect.unreachable(path),
    );
    const theirs = execFileSync('bzip2', ['-dc', path], { maxBuffer: 1024 ** 3 });
    expect((await joined(decoded)).equals(theirs), path).toBe(true);
  }
});
