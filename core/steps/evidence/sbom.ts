import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { readVerdict } from '../../documents/gate/verdict.ts';
import type { ChannelName } from '../../layout/keys.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Solver } from '../../ports/solver.ts';
import type { Store } from '../../ports/store.ts';
import { bomOf, type Dependency } from '../../sbom/bom.ts';
import { type Component, componentOf } from '../../sbom/component.ts';
import { environmentFiles } from '../../sbom/environment-files.ts';
import { type IndexedFile, servedDistributions, servedPackages } from '../../sbom/served-files.ts';
import { mapInOrder } from '../../store/map-in-order.ts';
import { hintIfDamaged } from '../../store/read-json-object.ts';
import { fileSource } from '../../why/file-source.ts';

export interface SbomWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Pick<Clock, 'now'>;
  readonly solver: Solver;
  /** Gatehouse's version. */
  readonly madeBy: string;
}

/** What a bill of materials is to be of. */
export type SbomOf =
  /** All that is served, or what one platform gets of it. */
  | { readonly kind: 'channel'; readonly name: string; readonly platform: Subdir | null }
  | {
      readonly kind: 'environment';
      readonly environment: Allowlist['environments'][number];
      readonly platform: Subdir;
      readonly allowlist: Pick<Allowlist, 'python' | 'virtualPackages'>;
    };

/**
 * The bill of materials of what clients get, as CycloneDX 1.6: by the indexes that they read, with a component for each file,
 * by its sha256. Changes nothing.
 *
 * @throws GatehouseError `sbom.unsolvable`; `json.invalid` where an index or what is known of a file is damaged
 */
export async function sbom(of: SbomOf, world: SbomWorld): Promise<ReturnType<typeof bomOf>> {
  const { files, dependencies } = await filesOf(of, world);
  const components: Component[] = [];
  for await (const component of mapInOrder(files, maxReadsAtOnce, (file) => hintIfDamaged(describe(file, world), hint)))
    components.push(component);
  const where = of.platform === null ? '' : ` on ${of.platform}`;
  const subject =
    of.kind === 'channel'
      ? { type: 'platform', name: `channel ${of.name}${where}` }
      : { type: 'application', name: `environment ${of.environment.name}${where}` };
  return bomOf({ subject, components, dependencies, madeBy: world.madeBy, now: world.clock.now() });
}

const maxReadsAtOnce = 16;

interface Listed {
  readonly files: readonly IndexedFile[];
  readonly dependencies: readonly Dependency[] | null;
}

async function filesOf(of: SbomOf, world: SbomWorld): Promise<Listed> {
  const packages = await servedPackages(of.platform, world);
  if (of.kind === 'channel') return { files: [...packages, ...(await servedDistributions(world))], dependencies: null };
  const solved = await environmentFiles(of, packages, world.solver);
  return { files: solved.packages, dependencies: solved.dependencies };
}

const hint = 'gatehouse verify names all that is damaged, and what to do: a bill that lacks something would look whole';

async function describe(file: IndexedFile, world: SbomWorld): Promise<Component> {
  const verdict = (await readVerdict(world.store, file.id, file.sha256))?.value ?? null;
  return componentOf(file, { verdict, source: await fileSource(file, verdict, world) });
}
