import { type MadeFile, type MadeKind, makeFile } from '../made-archives/make-file.ts';
import { whoDisagrees } from './compare-readers.ts';
import { type FileToJudge, ourReading } from './our-reading.ts';
import type { PythonReader } from './python-reader.ts';

/**
 * Where another reader is known to read otherwise what we pass, and we are right by the format's own text. All else is a
 * disagreement.
 */
const knownDifferences: readonly { readonly says: RegExp; readonly why: string }[] = [
  {
    says: /^\S+ refuses: modern-tar: TAR number too large/,
    why: "It reads GNU's binary numbers without their sign: a time before 1970 is one below zero (GNU tar, 'Basic Tar Format').",
  },
];

/** Of many files: how many there were, how many of those we passed, and what others saw otherwise in them. */
export interface Agreement {
  files: number;
  passed: number;
  /** Of those passed, the ones that a sound writer would not have made. */
  changed: number;
  /** Passed files that stand in {@link knownDifferences}. */
  known: number;
  /** What would be a hole: which file, how it was made, who sees what. */
  readonly disagreements: string[];
  /** How often each reason kept a file out. */
  readonly refusals: Map<string, number>;
}

export const noneYet = (): Agreement => ({
  ...{ files: 0, passed: 0, changed: 0, known: 0 },
  disagreements: [],
  refusals: new Map(),
});

/** Reads one file as the gate does and, where it passes, by all others. */
export async function addFile(
  agreement: Agreement,
  file: FileToJudge & { readonly made: string; readonly isChanged: boolean },
  python: PythonReader,
): Promise<void> {
  agreement.files++;
  const { code, members } = await ourReading(file);
  if (code !== null) {
    agreement.refusals.set(code, (agreement.refusals.get(code) ?? 0) + 1);
    return;
  }
  agreement.passed++;
  if (file.isChanged) agreement.changed++;
  for (const { reader, how } of await whoDisagrees({ ...file, members }, python)) {
    const line = `${reader} ${how}`;
    if (knownDifferences.some(({ says }) => says.test(line))) agreement.known++;
    else agreement.disagreements.push(`${file.made}: ${line}`);
  }
}

/** Makes files of a kind from one seed after another, and has them read by all. */
export async function agreeOnMade(
  kind: MadeKind,
  { from, files }: { from: number; files: number },
  python: PythonReader,
): Promise<Agreement> {
  const agreement = noneYet();
  for (let seed = from; seed < from + files; seed++) {
    const made = makeFile(kind, seed);
    await addFile(agreement, { ...made, isChanged: made.tricks.length > 0, made: recipe(made, seed) }, python);
  }
  return agreement;
}

const recipe = ({ kind, tricks }: MadeFile, seed: number): string =>
  `makeFile('${kind}', ${seed}) (${tricks.join(', ')})`;
