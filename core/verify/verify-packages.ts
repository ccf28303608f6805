import type { Digests } from '../digest.ts';
import type { ChannelName, ObjectKey } from '../layout.ts';
import { listPackages } from '../list-packages.ts';
import type { PackageFileName } from '../package-file-name.ts';
import type { Store } from '../ports/store.ts';
import type { Log } from '../report/event.ts';
import type { Subdir } from '../subdir.ts';
import type { Damage } from './damage.ts';
import { verifyPackage } from './verify-package.ts';

export interface VerifiedPackages {
  readonly stored: ReadonlySet<PackageFileName>;
  readonly damaged: ReadonlySet<PackageFileName>;
  /** As the bytes have them. */
  readonly digests: ReadonlyMap<ObjectKey, Digests>;
  readonly problems: readonly Damage[];
}

/** Every package of a subdir, one after the other. */
export async function verifyPackages(
  subdir: Subdir,
  world: { readonly store: Store; readonly channel: ChannelName; readonly log: Log },
): Promise<VerifiedPackages> {
  const stored = new Set<PackageFileName>();
  const damaged = new Set<PackageFileName>();
  const digests = new Map<ObjectKey, Digests>();
  const problems: Damage[] = [];
  for await (const listed of listPackages(world.store, world.channel, subdir)) {
    const verified = await verifyPackage(listed, world);
    const sound = verified.problems.length === 0;
    stored.add(listed.filename);
    if (!sound) damaged.add(listed.filename);
    if (verified.digests !== null) digests.set(listed.key, verified.digests);
    problems.push(...verified.problems);
    world.log({ type: 'verify.object', key: listed.key, size: listed.size, sound });
  }
  return { stored, damaged, digests, problems };
}
