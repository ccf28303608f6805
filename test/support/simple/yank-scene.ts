import { onTestFinished } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { type Allowlist, parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { type Provenance, provenanceSchema } from '../../../core/documents/provenance.ts';
import { takeName } from '../../../core/documents/published/used-name.ts';
import { canonicalJson, parseJson } from '../../../core/json/json.ts';
import { indexKey, packageKey, usedFileNameKey, usedPackageNameKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch, subdirSchema } from '../../../core/names/subdir.ts';
import { indexChannel } from '../../../core/steps/index-channel.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { type YankReport, yank } from '../../../core/steps/take-back/yank.ts';
import { verify } from '../../../core/steps/verify.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { type MemoryStoreOptions, memoryStore } from '../../twins/store-memory.ts';
import { quietPolicy, testGate } from '../gate/test-gate.ts';
import { type EnteringWheel, enter, enteringWheel, simpleScene } from './simple-scene.ts';

const platform = subdirSchema.parse('linux-64');
const published = { type: 'published', by: null } as const;

/** A store with what its organisation published, its indexes, and what is yanked of it, proved by the real solver. */
export async function yankScene(
  packages: readonly unknown[] | null,
  options: MemoryStoreOptions = {},
  now = (): number => 1_700_000_000_000,
) {
  const store = memoryStore(options);
  const simple = simpleScene(store);
  const clock = { now, sleep: async () => {}, random: () => 0.5 };
  const solver = rattlerSolver();
  onTestFinished(() => solver[Symbol.asyncDispose]());
  const world = { store, gate: testGate(store, { clock }), channel: 'conda' as const, clock, solver, log: () => {} };
  const allowlist = packages && allowlistOf(packages);

  async function index() {
    const subdirs = [await indexSubdir(noarch, world), await indexSubdir(platform, world)];
    await indexChannel(world);
    const { projects } = await simple.index();
    return [...subdirs, ...projects].flatMap(({ problems }) => problems);
  }

  /** A noarch package, `name-version-build` with its extension. */
  async function conda(filename: string, depends: readonly string[], origin: Provenance['origin']) {
    const format = filename.endsWith('.conda') ? '.conda' : '.tar.bz2';
    const parts = filename.slice(0, -format.length).split('-');
    const [version = '', build = ''] = parts.slice(-2);
    const name = parts.slice(0, -2).join('-');
    const { bytes } = await buildPackage({ name, version, build, subdir: noarch, format, depends });
    const fileName = packageFileNameSchema.parse(filename);
    if (origin.type === 'published') await takeName(store, usedPackageNameKey(noarch, fileName), sha256Of(bytes));
    await store.put(packageKey('conda', noarch, fileName), bytes);
    await indexSubdir(noarch, world);
    for (const [key, entry] of store.objects) {
      if (!key.startsWith(`_gatehouse/provenance/conda/noarch/${filename}/`)) continue;
      const entered = parseJson(Buffer.from(entry.bytes).toString(), provenanceSchema, key);
      await store.put(key, Buffer.from(canonicalJson({ ...entered, origin })));
    }
  }

  /** A wheel of the organisation's own, and the conda package that was made of it. */
  async function release(fileName: string, needs: readonly string[] = [], condaName?: string): Promise<EnteringWheel> {
    const metadata = needs.map((need) => `Requires-Dist: ${need}\n`).join('');
    const wheel = enteringWheel({ fileName, metadata }, { origin: published });
    await takeName(store, usedFileNameKey(wheel.name.project, wheel.name.fileName), wheel.provenance.sha256);
    await enter(store, wheel);
    const { version } = wheel.name;
    const name = condaName ?? wheel.name.project;
    const made = { fileName: wheel.name.fileName, sha256: wheel.provenance.sha256 };
    await conda(`${name}-${version.text}-pypi_0.conda`, needs, { ...published, wheel: made });
    return wheel;
  }

  return {
    ...simple,
    store,
    world,
    allowlist,
    conda,
    release,
    index,
    yank: (name: string, version: string, reason: string | null): Promise<YankReport> =>
      yank({ name, version, reason }, { ...world, allowlist }),
    /** The file names that conda's clients read, in order. */
    listed() {
      const bytes = store.objects.get(indexKey('conda', noarch, 'repodata.json'))?.bytes ?? Buffer.from('{}');
      const repodata: Record<string, object> = JSON.parse(Buffer.from(bytes).toString());
      return Object.keys({ ...repodata['packages'], ...repodata['packages.conda'] }).sort();
    },
    damage: async () => (await verify([platform], { ...world, policy: quietPolicy })).problems,
    text: (key: string) => Buffer.from([...store.objects].find(([each]) => each === key)?.[1].bytes ?? '').toString(),
  };
}

function allowlistOf(packages: readonly unknown[]): Allowlist {
  const text = { channels: ['https://x.test/c'], platforms: [platform], reserved: ['acme'], packages };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(text)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
}
