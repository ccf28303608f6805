import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { pythonMinors } from '../names/python-minors.ts';
import type { PipProofWorld } from '../resolve/prove-for-pip.ts';
import type { ChannelRecords } from './prove-entries.ts';
import { virtualPackagesFor, wheelTargets } from './virtual-packages.ts';

interface KnownPythons {
  /** Versions that entries were planned with or installed with, of which nothing may be known. */
  readonly told: readonly string[];
  /** The channel's own records. */
  readonly served: ChannelRecords;
}

/**
 * The machines that a PyPI entry is proved for on a platform. It must install with one of the pythons that the allowlist
 * lists; where it lists none, of those that are told, and where none is, of those in our own channel.
 */
export function proofTargets(
  { python, virtualPackages }: Pick<Allowlist, 'python' | 'virtualPackages'>,
  { told, served }: KnownPythons,
): PipProofWorld['targets'] {
  const known = [python, told].find((versions) => versions.length > 0);
  const minors = pythonMinors(known ?? pythonsIn(served));
  return (platform) => wheelTargets(platform, virtualPackagesFor(platform, virtualPackages[platform]), minors);
}

const pythonsIn = (served: ChannelRecords): string[] =>
  [...served.values()].flatMap((records) =>
    [...records.values()].flatMap(({ name, version }) => (name === 'python' ? [version] : [])),
  );
