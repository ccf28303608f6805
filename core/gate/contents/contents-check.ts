import type { CheckId } from '../../documents/gate/checks.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import type { ContentsCheck, GateCheckWorld, Subject } from '../check.ts';
import type { Contents } from '../reading.ts';
import { refusalFiring } from './refusal.ts';

/** A file that was read to its end. */
export interface ReadSubject extends Subject {
  readonly contents: Contents;
}

interface Finding {
  readonly id: CheckId;
  readonly version: number;
  find(subject: ReadSubject, world: GateCheckWorld): Promise<readonly Firing[]> | readonly Firing[];
}

/**
 * Makes a check of what is in a file: asked of what was read, and of what a reader refused it answers with the refusal
 * where that is its own.
 */
export const contentsCheck = ({ id, version, find }: Finding): ContentsCheck => ({
  id,
  version,
  judge(subject, world) {
    const { reading } = subject;
    if (reading.status === 'read') return find({ ...subject, contents: reading.contents }, world);
    if (reading.status === 'failed') return [];
    const refusal = refusalFiring(reading, subject.kind);
    return refusal.id === id ? [refusal.firing] : [];
  },
});
