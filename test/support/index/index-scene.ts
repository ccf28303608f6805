import type { Override } from '../../../core/documents/control.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import { controlKey, indexKey, type ObjectKey, packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import type { IndexWorld } from '../../../core/steps/index-subdir.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { type MemoryStore, type MemoryStoreOptions, memoryStore, newBucket } from '../../twins/store-memory.ts';
import { testGate } from '../gate/test-gate.ts';
import { textOf } from '../store/objects.ts';

export const subdir = subdirSchema.parse('linux-64');
const channel = 'conda';

export interface IndexScene {
  readonly store: MemoryStore;
  readonly world: IndexWorld;
  /** Waits in milliseconds. */
  readonly waits: number[];
  /** Puts a package there by hand. */
  copy(name: string): Promise<ObjectKey>;
  remove(name: string): Promise<ObjectKey>;
  decide(packages: Readonly<Record<string, Override>>): Promise<void>;
  served(): Promise<Record<string, string>>;
  repodata(): Promise<string | null>;
  /** Keys written since the last call, in order. */
  writes(): string[];
}

const archives = new Map<string, Promise<Uint8Array>>();

/** The archive of `name-version-build` with its extension; made once. */
function archiveOf(filename: string): Promise<Uint8Array> {
  const made = archives.get(filename) ?? build(filename);
  archives.set(filename, made);
  return made;
}

async function build(filename: string): Promise<Uint8Array> {
  const format = filename.endsWith('.conda') ? '.conda' : '.tar.bz2';
  const [name = '', version = '', buildString = ''] = filename.slice(0, -format.length).split('-');
  return (await buildPackage({ name, version, build: buildString, subdir, format, depends: [`dep of ${name}`] })).bytes;
}

/** A store in memory, a clock that stands still, and hands to change what the index is made of. */
export function indexScene(options: MemoryStoreOptions = {}, bucket = newBucket()): IndexScene {
  const written: string[] = [];
  const waits: number[] = [];
  const before: MemoryStoreOptions['before'] = async (operation, where) => {
    if (operation === 'put' || operation === 'publish' || operation === 'delete') written.push(where);
    await options.before?.(operation, where);
  };
  const store = memoryStore({ ...options, before }, bucket);
  const clock = { now: () => 1_700_000_000_000, random: () => 0.5, sleep: async (ms: number) => void waits.push(ms) };
  const keyOf = (name: string) => packageKey(channel, subdir, packageFileNameSchema.parse(name));
  return {
    store,
    world: { store, gate: testGate(store, { clock }), channel, clock, log: () => {} },
    waits,
    async copy(name) {
      await store.put(keyOf(name), await archiveOf(name));
      return keyOf(name);
    },
    async remove(name) {
      await store.delete(keyOf(name));
      return keyOf(name);
    },
    async decide(packages) {
      await store.put(controlKey(channel, subdir), Buffer.from(canonicalJson({ version: 1, packages })));
    },
    async served() {
      const files = [...store.objects].filter(([where]) => where.startsWith(`${channel}/`) && /json/.test(where));
      return Object.fromEntries(files.map(([where, { bytes }]) => [where, sha256Of(bytes)]));
    },
    repodata: async () => textOf(await store.get(indexKey(channel, subdir, 'repodata.json'))),
    writes: () => written.splice(0),
  };
}
