import type { PassedOver } from '../ports/store.ts';
import type { Problem } from '../problems/problem.ts';

/** What lies among served files and is none of them: its path, why, and what to do. Only the code depends on who asks. */
export type Stray = Omit<Problem, 'code'>;

/** How strays are told of one part of the store: a channel, or the pip index. */
export interface StrayRules {
  /** What is wrong with a file at this key; null for a file of ours, and for a hidden one. */
  object(key: string): Stray | null;
  /** The same of what can be no object. */
  thing(what: PassedOver): Stray | null;
  /** What "no files of …" says of those that are not named. */
  readonly whole: string;
}

/** So many are named, and the rest counted: somebody may have copied a folder of 100,000 files. */
const maxStraysNamed = 50;

export interface StrayCollector {
  /** Takes a key, in the order of a list. */
  readonly object: (key: string) => void;
  /** Takes what a list passes over. */
  readonly passedOver: (what: PassedOver) => void;
  /** The first 50, and one that says how many more there are. */
  readonly found: () => Stray[];
  readonly count: () => number;
}

/** Collects what in a list is none of our files. Memory is bounded, whatever the list holds. */
export function collectStrays(rules: StrayRules): StrayCollector {
  const named: Stray[] = [];
  let count = 0;
  let last = '';
  const note = (stray: Stray | null): void => {
    // All that is in one folder comes in a row, and is told as that folder.
    if (stray === null || stray.subject === last) return;
    last = stray.subject;
    count += 1;
    if (named.length < maxStraysNamed) named.push(stray);
  };
  return {
    object: (key) => note(rules.object(key)),
    passedOver: (what) => note(rules.thing(what)),
    found: () => (count > named.length ? [...named, others(count - named.length, last, rules.whole)] : named),
    count: () => count,
  };
}

const others = (count: number, path: string, whole: string): Stray => ({
  subject: `${path.split('/')[0]}/`,
  detail: `${count} more that are no files of ${whole}`,
  hint: 'mend those that are named, and run it again for the rest',
});

type Telling = Omit<Stray, 'subject'>;

/**
 * What is told of a thing that can be no object, in the place of a file.
 *
 * @param file `a package`
 * @param whole where it lies: `the channel`
 */
export function thingTelling(kind: Exclude<PassedOver['kind'], 'folder'>, file: string, whole: string): Telling {
  if (kind === 'link') {
    return { detail: 'is a symbolic link, and none is followed', hint: 'put the file itself there' };
  }
  if (kind === 'name') {
    return {
      detail: 'can be no key: not UTF-8, too long, or with an empty part',
      hint: 'rename it, or move it out',
    };
  }
  return { detail: `is a ${kind}, and ${file} is a regular file`, hint: `move it out of ${whole}` };
}
