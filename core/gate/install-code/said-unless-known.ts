import type { CheckId } from '../../documents/gate/checks.ts';
import type { Firing } from '../../documents/gate/verdict.ts';
import { boundedFirings } from '../bounded-firings.ts';
import type { GateCheckWorld } from '../check.ts';
import type { InstallFile } from './install-files.ts';

/** What a check says of a file that nobody let in before. */
export interface Said {
  readonly code: string;
  readonly detail: string;
  readonly verdict: 'warn' | 'hold';
}

/**
 * What a check says of each file but those whose very bytes passed before as the same: an activation script that comes again as a
 * `.pth` is new. The firing has the file's sha256, so that a waiver of it is of
 * these bytes, in whatever package they come.
 */
export async function saidUnlessKnown<File extends Pick<InstallFile, 'sha256'>>(
  files: readonly File[],
  { check, isKnownScript }: Pick<GateCheckWorld, 'isKnownScript'> & { readonly check: CheckId },
  say: (file: File) => Said,
): Promise<Firing[]> {
  const firings: Firing[] = [];
  for (const file of files) {
    const { sha256 } = file;
    if (sha256 !== null && (await isKnownScript(check, sha256))) continue;
    firings.push({ ...say(file), ...(sha256 !== null && { sha256 }) });
  }
  return boundedFirings(firings[0]?.code ?? '', firings);
}
