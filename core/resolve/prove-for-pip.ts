import type { ProvenEntry } from '../documents/proof.ts';
import type { Subdir } from '../names/subdir.ts';
import type { WheelTarget } from '../names/wheel-fits.ts';
import type { Log } from '../ports/log.ts';
import { GatehouseError } from '../problems/error.ts';
import type { PipIndex } from './pip-index.ts';
import { type Resolution, resolve } from './resolve.ts';
import { type PipRequest, rootOf } from './resolve-entry.ts';

export interface PipProofWorld {
  readonly index: PipIndex;
  /** The targets on a platform, which an entry should install on one of. */
  readonly targets: (platform: Subdir) => readonly WheelTarget[];
  readonly log: Log;
}

/**
 * Resolves every PyPI entry from one index alone: whether a pip that knows nothing else could install it. Emits
 * `prove.entry` for each on each platform.
 */
export async function proveForPip(
  requests: readonly (PipRequest & { readonly platforms: readonly Subdir[] })[],
  world: PipProofWorld,
): Promise<ProvenEntry[]> {
  const proven: ProvenEntry[] = [];
  for (const platform of new Set(requests.flatMap(({ platforms }) => platforms))) {
    for (const request of requests.filter(({ platforms }) => platforms.includes(platform))) {
      const entry = await proveOn(platform, request, world);
      world.log({ type: 'prove.entry', entry: request.id, platform, client: 'pip', installable: entry.installable });
      proven.push(entry);
    }
  }
  return proven;
}

async function proveOn(platform: Subdir, request: PipRequest, { index, targets }: PipProofWorld): Promise<ProvenEntry> {
  const pythons: string[] = [];
  let explanation: string | null = 'there is no Python 3';
  for (const target of targets(platform)) {
    const resolution = await tryResolve(request, target, index);
    if (resolution.ok) pythons.push(`3.${target.pythonMinor}`);
    else explanation = resolution.explanation;
  }
  const installable = pythons.length > 0;
  return { entry: request.id, platform, installable, pythons, explanation: installable ? null : explanation };
}

/** Our own pages may tell of what is damaged: pip fails there, and so does the entry. */
async function tryResolve(request: PipRequest, target: WheelTarget, index: PipIndex): Promise<Resolution> {
  try {
    return await resolve([rootOf(request)], target, index);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'state.damaged') throw error;
    return { ok: false, explanation: error.message };
  }
}
