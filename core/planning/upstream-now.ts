import { GatehouseError } from '../error.ts';
import { type PackageFileName, packageFileParts } from '../package-file-name.ts';
import type { Solver } from '../ports/solver.ts';
import type { Subdir } from '../subdir.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import type { OpenSubdir } from './remember-upstream.ts';

/** Upstream's record of one file as it is now; null when there is none that could be used. */
export type UpstreamNow = (subdir: Subdir, filename: PackageFileName) => Promise<UpstreamRecord | null>;

/**
 * Looks a file up in the channels, the first that has its name deciding. What cannot be read counts as unchanged: the
 * plan has its own word for a channel that fails.
 */
export function upstreamNow(
  channels: readonly string[],
  open: OpenSubdir,
  solver: Pick<Solver, 'refuses'>,
): UpstreamNow {
  const usable = (found: UpstreamRecord | undefined) =>
    found === undefined || solver.refuses(found.record) !== null ? null : found;
  return async (subdir, filename) => {
    const { name } = packageFileParts(filename);
    try {
      for (const channel of channels) {
        const folder = await open(channel, subdir);
        if (!folder?.names().has(name)) continue;
        const { records } = await folder.records(name);
        return usable(records.find((record) => record.filename === filename));
      }
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
    }
    return null;
  };
}
