import type { CheckId } from '../../documents/gate/checks.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import type { ContentsCheck, GateCheckWorld, Subject } from '../check.ts';
import type { Contents } from '../reading.ts';

/** A file that was read to its end. */
export interface ReadSubject extends Subject {
  readonly contents: Contents;
}

interface Finding {
  readonly id: CheckId;
  readonly version: number;
  find(subject: ReadSubject, world: GateCheckWorld): Promise<readonly Firing[]> | readonly Firing[];
}

/** Makes a check of what is in a file that was read; of one that a reader refused, `judgeFile` says which check owns that. */
export const contentsCheck = ({ id, version, find }: Finding): ContentsCheck => ({
  id,
  version,
  judge: (subject, world) =>
    subject.reading.status === 'read' ? find({ ...subject, contents: subject.reading.contents }, world) : [],
});
