import { endBlocks } from '../archives/build-tar.ts';
import { changeTar } from './change-tar.ts';
import type { Dice } from './dice.ts';
import { makePaths } from './make-content.ts';
import { randomMember, soundMember } from './sound-tar-member.ts';

export interface MadeTar {
  readonly bytes: Buffer;
  /** What was done to it that a sound writer would not do; empty of a sound one. */
  readonly tricks: readonly string[];
}

export interface TarToMake {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly changes: number;
  /** The folder that all lies in, with its slash; links are none of an sdist's, which has one. */
  readonly root?: string;
  /** How many members more. */
  readonly most?: number;
}

/**
 * A tar of these files and some more in every form that writers have: ustar, pax, GNU and version 7, each number in each
 * of its spellings. Then, `changes` times, a field is set to what it should not be, or a trick of an attacker is put in.
 */
export function makeTar(dice: Dice, { files, changes, root = '', most = 4 }: TarToMake): MadeTar {
  const pieces: Buffer[] = [];
  for (const [path, data] of files) pieces.push(...soundMember(dice, { path: `${root}${path}`, type: '0', data }));
  for (const path of makePaths(dice, most)) {
    pieces.push(...soundMember(dice, randomMember(dice, `${root}${path}`, root === '')));
  }
  const tricks: string[] = [];
  for (let change = 0; change < changes; change++) tricks.push(changeTar(dice, pieces));
  const tail = dice.chance(0.9) ? endBlocks : Buffer.alloc(dice.pick([1024, 1536, 10_240, 1100]));
  const bytes = Buffer.concat([...pieces, tail]);
  return changes > 0 && dice.chance(0.1) ? changedTail(dice, bytes, tricks) : { bytes, tricks };
}

function changedTail(dice: Dice, tar: Buffer, tricks: readonly string[]): MadeTar {
  const bytes = dice.pick([
    () => tar.subarray(0, -512),
    () => tar.subarray(0, -1024),
    () => tar.subarray(0, -1),
    () => Buffer.concat([tar, Buffer.from('x')]),
    () => Buffer.concat([tar, Buffer.alloc(512), tar]),
    () => Buffer.concat([tar, Buffer.alloc(dice.below(600))]),
  ])();
  return { bytes, tricks: [...tricks, 'tar.end'] };
}
