import type { CheckId } from '../../documents/gate/checks.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import type { ContentsCheck } from '../check.ts';
import { contentsCheck } from './contents-check.ts';

/** What the gate makes of what a reader met: by the finding's code, the firing's. */
type Meanings = Readonly<Record<string, Pick<Firing, 'code' | 'verdict'>>>;

/** A check that says what a reader's findings mean. Readers keep ten of each. */
export const findingCheck = (id: CheckId, meanings: Meanings): ContentsCheck =>
  contentsCheck({
    id,
    version: 1,
    find: ({ contents }) =>
      contents.findings.flatMap(({ code, detail }) => {
        const meaning = meanings[code];
        return meaning === undefined ? [] : [{ ...meaning, detail }];
      }),
  });
