import type { Firing } from '../../documents/gate/verdict.ts';
import { boundedFirings } from '../bounded-firings.ts';
import type { GateCheckWorld } from '../check.ts';
import type { InstallFile } from './install-files.ts';

/** What a check says of one file, and whether it may be let in with a warning while a channel is filled. */
export interface Said {
  readonly code: string;
  readonly detail: string;
  readonly warnsAtFirst: boolean;
}

/**
 * Holds each file but those whose very bytes passed before. The firing has the file's sha256, so that a waiver of it is of
 * these bytes, in whatever package they come.
 */
export async function heldUnlessKnown<File extends Pick<InstallFile, 'sha256'>>(
  files: readonly File[],
  world: Pick<GateCheckWorld, 'isFirst' | 'isKnownScript'>,
  say: (file: File) => Said,
): Promise<Firing[]> {
  const firings: Firing[] = [];
  for (const file of files) {
    const { sha256 } = file;
    if (sha256 !== null && (await world.isKnownScript(sha256))) continue;
    const { code, detail, warnsAtFirst } = say(file);
    const verdict = warnsAtFirst && world.isFirst ? 'warn' : 'hold';
    firings.push({ code, verdict, detail, ...(sha256 !== null && { sha256 }) });
  }
  return boundedFirings(firings[0]?.code ?? '', firings);
}
