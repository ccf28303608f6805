import { type Provenance, provenanceSchema } from '../../../core/documents/provenance.ts';
import { canonicalJson, parseJson } from '../../../core/json/json.ts';
import { type OptionalIndexFile, optionalIndexFiles } from '../../../core/layout/index-files.ts';
import type { ObjectKey } from '../../../core/layout/keys.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { indexChannel } from '../../../core/steps/index-channel.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { type PruneReport, prune } from '../../../core/steps/prune.ts';
import { verify } from '../../../core/steps/verify.ts';
import { type Bucket, type MemoryStoreOptions, newBucket } from '../../twins/store-memory.ts';
import { quietPolicy } from '../gate/test-gate.ts';
import { key } from '../store/objects.ts';
import { type IndexScene, indexScene, subdir } from './index-scene.ts';

export const hour = 3_600_000;
export const day = 24 * hour;
const retain = 90 * day;

export interface PruneScene extends IndexScene {
  /** Milliseconds; the bucket's and the prune's. */
  now: number;
  /** The option forms that are asked for; all, unless a test says otherwise. */
  asked: ReadonlySet<OptionalIndexFile>;
  index(): Promise<readonly { code: string }[]>;
  /** A package that came from upstream, indexed. */
  fetched(name: string): Promise<ObjectKey>;
  /** Has the provenance of an indexed package say where it came from. */
  cameFrom(where: string, origin: Provenance['origin']): Promise<void>;
  /** Where a package came from. */
  origin(key: ObjectKey): Provenance['origin']['type'];
  prune(remove?: boolean): Promise<PruneReport>;
  damage(): Promise<readonly unknown[]>;
  has(path: string): boolean;
  /** The keys below a prefix. */
  keys(prefix: string): ObjectKey[];
}

/** An index scene whose time passes, and what is withdrawn, pruned and verified in it. */
export function pruneScene(options: MemoryStoreOptions = {}, behaviour: Pick<Bucket, 'etagOf'> = {}): PruneScene {
  const bucket = newBucket({ now: () => scene.now, ...behaviour });
  const base = indexScene(options, bucket);
  const { store, world } = base;
  const provenanceOf = (where: string) => {
    const [provenance] = scene.keys(`_gatehouse/provenance/${where}/`);
    const entry = provenance && store.objects.get(provenance);
    if (provenance === undefined || entry === undefined) throw new Error(`no provenance of ${where}`);
    return { provenance, copied: parseJson(Buffer.from(entry.bytes).toString(), provenanceSchema, where) };
  };
  const clock = { ...world.clock, now: () => scene.now };
  const scene: PruneScene = {
    ...base,
    now: 1_700_000_000_000,
    asked: new Set(optionalIndexFiles),
    async index() {
      const indexed = [await indexSubdir(noarch, world), await indexSubdir(subdir, world)];
      await indexChannel(world);
      return indexed.flatMap(({ problems }) => problems);
    },
    async fetched(name) {
      const where = await base.copy(name);
      await scene.index();
      await scene.cameFrom(where, { type: 'upstream', channel: 'https://u', url: `https://u/${name}` });
      return where;
    },
    async cameFrom(where, origin) {
      const { provenance, copied } = provenanceOf(where);
      await store.put(provenance, Buffer.from(canonicalJson({ ...copied, origin })));
    },
    origin: (where) => provenanceOf(where).copied.origin.type,
    prune: (remove = true) => prune({ store, channel: 'conda', clock, retain, asked: scene.asked }, { remove }),
    async damage() {
      return (await verify([subdir], { store, channel: 'conda', clock, policy: quietPolicy, log: () => {} })).problems;
    },
    has: (path) => store.objects.has(key(path)),
    keys: (prefix) => [...store.objects.keys()].filter((each) => each.startsWith(prefix)).sort(),
  };
  return scene;
}

export const withdrawn = (at: number) => ({ withdrawn: { at, reason: 'no entry of the allowlist needs it' } });
