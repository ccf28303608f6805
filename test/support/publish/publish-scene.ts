import { type Allowlist, parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { bytesSource, chunksOf } from '../../../core/ports/byte-source.ts';
import type { Event } from '../../../core/ports/log.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { OfferedFile, PublishReport, PublishWorld } from '../../../core/publish/publication.ts';
import { stageBytes } from '../../../core/python-index/stage-bytes.ts';
import { publish } from '../../../core/steps/publish.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { type MemoryStore, memoryStore } from '../../twins/store-memory.ts';
import { testGate } from '../gate/test-gate.ts';

/** Says of everything that it installs: what does not is for the tests of solving. */
const solvesAll: Solver = {
  solve: async () => ({ status: 'solved', keys: [] }),
  [Symbol.asyncDispose]: async () => {},
};

/** A world that reserves `acme` and `demo`, in memory, in which it is always 2023-11-14T22:13:20Z. */
export interface PublishScene extends PublishWorld {
  readonly store: MemoryStore;
  readonly events: readonly Event[];
}

interface SceneChanges extends Partial<Omit<PublishWorld, 'allowlist'>> {
  readonly store?: MemoryStore;
  readonly allowlistText?: object;
}

export function publishWorld({ allowlistText, ...changes }: SceneChanges = {}): PublishScene {
  const { store = memoryStore(), to = 'channel' } = changes;
  const events: Event[] = [];
  const written = { channels: [], platforms: ['linux-64'], packages: [], reserved: ['acme', 'demo'], ...allowlistText };
  return {
    store,
    to,
    gate: testGate(to === 'channel' ? store : stagingStore(store)),
    allowlist: allowlistOf(written),
    solver: solvesAll,
    clock: { now: () => 1_700_000_000_000, random: () => 0.5, sleep: async () => {} },
    log: (event) => void events.push(event),
    by: null,
    mayPublish: () => true,
    events,
    ...changes,
  };
}

function allowlistOf(written: object): Allowlist {
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(written)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.allowlist;
}

/** Stages bytes under a name, as the command and the server do. */
export async function offer(store: Store, fileName: string, bytes: Uint8Array): Promise<OfferedFile> {
  return { fileName, ...(await stageBytes(chunksOf(bytesSource(bytes)), { store })) };
}

/** Publishes files by name, and disposes of what was staged. */
export const publishFiles = (
  files: Readonly<Record<string, Uint8Array>>,
  world: PublishWorld,
): Promise<PublishReport> => publishPairs(Object.entries(files), world);

/** The same of files of which several may have one name. */
export async function publishPairs(
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
  world: PublishWorld,
): Promise<PublishReport> {
  await using stack = new AsyncDisposableStack();
  const offered: OfferedFile[] = [];
  for (const [name, bytes] of files) offered.push(stack.use(await offer(world.store, name, bytes)));
  // Awaited here: what was staged is gone once this returns.
  return await publish(offered, world);
}

/** What was written down of a file; undefined when nothing was. */
export const provenanceAt = ({ objects }: MemoryStore, key: string): unknown => {
  const entry = [...objects].find(([at]) => at === key)?.[1];
  return entry && JSON.parse(Buffer.from(entry.bytes).toString());
};
