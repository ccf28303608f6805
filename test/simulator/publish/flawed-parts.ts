import { emptyControl, readControl } from '../../../core/documents/control.ts';
import { emptyProjectControl, readProjectControl } from '../../../core/documents/simple/project-control.ts';
import { canonicalJson } from '../../../core/json/json.ts';
import {
  controlKey,
  type ObjectKey,
  objectKeySchema,
  projectControlKey,
  projectPageKey,
  usedNamesPrefix,
} from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import type { ObjectHead, Store, StoredObject } from '../../../core/ports/store.ts';
import type { ActingWorld } from './publish-system.ts';
import { releases, type SimulatedFile, tool } from './simulated-release.ts';

/** A store whose control is written over, whatever it is by then. */
export const heedless = (store: Store): Store => ({
  ...store,
  put: (key, bytes, condition) => store.put(key, bytes, key.startsWith('_gatehouse/control/') ? undefined : condition),
});

/** A store whose used names are not those of the other side. */
export function namesApart(store: Store): Store {
  const own = (key: ObjectKey) => objectKeySchema.parse(key.replace(usedNamesPrefix, '_gatehouse/apart/'));
  return {
    ...store,
    read: (key, ...most) => store.read(own(key), ...most),
    put: (key, ...what) => store.put(own(key), ...what),
  };
}

/** A plan that is written as it was made: of a yank that came since it says nothing. */
export async function planWhole({ store }: ActingWorld): Promise<() => Promise<void>> {
  const [subdir, project] = [controlKey('conda', noarch), projectControlKey(tool)];
  const planned = {
    packages: needed((await readControl(store, 'conda', noarch)).control.packages),
    files: needed((await readProjectControl(store, tool)).control.files),
  };
  return async () => {
    const { control, etag } = await readControl(store, 'conda', noarch);
    const packages = { ...emptyControl, packages: { ...control.packages, ...planned.packages } };
    await store.put(subdir, Buffer.from(canonicalJson(packages)), etag === null ? { absent: true } : { etag });
    const { control: own, etag: tag } = await readProjectControl(store, tool);
    const files = { ...emptyProjectControl, files: { ...own.files, ...planned.files } };
    await store.put(project, Buffer.from(canonicalJson(files)), tag === null ? { absent: true } : { etag: tag });
  };
}

const needed = (said: Readonly<Record<string, object>>) =>
  Object.fromEntries(Object.entries(said).map(([name, own]) => [name, { ...own, why: ['an entry'] }]));

/** Lists a wheel on its project's page before it is there. */
export async function writePage({ fileName, sha256, beside }: SimulatedFile, store: Store): Promise<void> {
  if (beside === null) return;
  const file = { filename: fileName, hashes: { sha256 }, 'core-metadata': { sha256: sha256Of(beside.bytes) } };
  await store.put(projectPageKey(tool, 'index.json'), Buffer.from(canonicalJson({ files: [file] })));
}

/** A store in which the metadata of each wheel seems to be there: for who trusts an order of writing, and does not look. */
export const trusting = (store: Store): Store => ({
  ...store,
  get: async (key) => (await store.get(key)) ?? (key.endsWith('.metadata') ? phantomOf(key, store) : null),
  async *list(prefix) {
    const heads: ObjectHead[] = [];
    for await (const head of store.list(prefix)) heads.push(head);
    const keys = new Set<string>(heads.map(({ key }) => key));
    for (const head of heads) {
      yield head;
      const key = objectKeySchema.parse(`${head.key}.metadata`);
      if (head.key.endsWith('.whl') && !keys.has(key)) yield { ...head, key, etag: phantomTag };
    }
  },
});

const phantomTag = '"phantom"';
const wheels = releases.flatMap(({ makes }) => makes.flat()).filter(({ beside }) => beside !== null);

async function phantomOf(key: ObjectKey, store: Store): Promise<StoredObject | null> {
  const wheel = await store.get(objectKeySchema.parse(key.slice(0, -'.metadata'.length)));
  const known = wheels.find(({ sha256 }) => sha256 === wheel?.metadata['sha256'])?.beside;
  if (!known) return null;
  const { size, read } = bytesSource(known.bytes);
  return { key, etag: phantomTag, size, read, modified: 0, metadata: {} };
}
