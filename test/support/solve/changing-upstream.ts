import fc from 'fast-check';
import { parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import type { Patches } from '../../../core/documents/patches/hotfix.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch, type Subdir, subdirSchema } from '../../../core/names/subdir.ts';
import type { Solver } from '../../../core/ports/solver.ts';
import { recordSchema } from '../../../core/record/record.ts';
import type { OpenSubdir } from '../../../core/solve/upstream-subdirs.ts';
import { memoryStore } from '../../twins/store-memory.ts';
import { holdingGate } from '../gate/plan-gate.ts';
import { noNameEvidence, noPythonIndexes } from '../upstream/no-python-indexes.ts';

const channels = ['https://one.invalid', 'https://two.invalid'];
const platforms = ['linux-64', 'win-64'];
const name = fc.constantFrom('python', 'pip', 'a', 'b', 'c', 'd', 'e');
const spec = fc
  .tuple(name, fc.constantFrom('', ' >=3.2', ' <3.3', ' ==3.1', ' ==9'))
  .map(([of, range]) => `${of}${range}`);
const virtual = fc.constantFrom('', '__glibc >=2.30');

/** One package of the upstream; `odd` and `timestamp` are of no matter to which others it needs. */
const change = fc.record({
  depends: fc.tuple(fc.array(spec, { maxLength: 2 }), virtual).map(([own, one]) => (one === '' ? own : [...own, one])),
  constrains: fc.array(spec, { maxLength: 1 }),
  timestamp: fc.integer({ min: 1, max: 3 }),
  build_number: fc.integer({ min: 0, max: 1 }),
  sha256: fc.constantFrom('a', 'b').map((digit) => digit.repeat(64)),
  license: fc.constantFrom('MIT', 'BSD'),
});
const packageOf = fc.record({
  channel: fc.constantFrom(...channels),
  subdir: fc.constantFrom('noarch', ...platforms),
  name,
  version: fc.integer({ min: 1, max: 4 }),
  record: change,
  standing: fc.constantFrom('free', 'free', 'free', 'held', 'young'),
});
type Package = typeof packageOf extends fc.Arbitrary<infer P> ? P : never;

const sceneArbitrary = fc.record({
  packages: fc.array(packageOf, { minLength: 10, maxLength: 40 }),
  entries: fc.uniqueArray(spec, { minLength: 1, maxLength: 5, selector: (one) => one.split(' ')[0] }),
  python: fc.constantFrom<string[]>([], ['3.2'], ['3.2', '3.3']),
  order: fc.constantFrom(channels, channels.toReversed()),
  glibc: fc.constantFrom('2.28', '2.35'),
  hotfixed: fc.option(fc.record({ place: fc.nat(), depends: fc.array(spec, { maxLength: 1 }) }), { nil: null }),
});
export type Scene = typeof sceneArbitrary extends fc.Arbitrary<infer S> ? S : never;

const edit: fc.Arbitrary<(scene: Scene) => Scene> = fc.oneof(
  fc.constant((scene: Scene) => scene),
  fc.tuple(fc.nat(), packageOf).map(([place, to]) => changed(place, () => to)),
  fc
    .tuple(
      fc.nat(),
      change,
      fc.constantFrom(...(['depends', 'constrains', 'timestamp', 'build_number', 'sha256', 'license'] as const)),
    )
    .map(([place, to, key]) => changed(place, (one) => ({ ...one, record: { ...one.record, [key]: to[key] } }))),
  fc.tuple(fc.nat(), packageOf).map(([place, { standing }]) => changed(place, (one) => ({ ...one, standing }))),
  fc.nat().map((place) => (scene: Scene) => ({
    ...scene,
    packages: scene.packages.filter((_, at) => at !== place % scene.packages.length),
  })),
  packageOf.map((one) => (scene: Scene) => ({ ...scene, packages: [...scene.packages, one] })),
  sceneArbitrary.chain(({ entries, python, order, glibc, hotfixed }) =>
    fc
      .constantFrom({ entries }, { python }, { order }, { glibc }, { hotfixed })
      .map((to) => (scene: Scene) => ({ ...scene, ...to })),
  ),
);

const changed =
  (place: number, by: (one: Package) => Package) =>
  (scene: Scene): Scene => ({
    ...scene,
    packages: scene.packages.map((one, at) => (at === place % scene.packages.length ? by(one) : one)),
  });

/** What an upstream, an allowlist, its own hotfixes and the gate come to, one change after the other. */
export const history: fc.Arbitrary<Scene[]> = fc
  .tuple(sceneArbitrary, fc.array(edit, { minLength: 1, maxLength: 5 }))
  .map(([first, edits]) => {
    let scene = first;
    const later = edits.map((by) => {
      scene = by(scene);
      return scene;
    });
    return [first, ...later];
  });

const unique = ({ packages }: Scene): Package[] => [
  ...new Map(packages.map((one) => [`${one.channel} ${idOf(one)}`, one])).values(),
];
const idOf = ({ subdir, name: of, version }: Package): string => `${subdir}/${of}-3.${version}-0.conda`;

function upstream(scene: Scene): OpenSubdir {
  return async (channel, subdir) => {
    const here = unique(scene).filter((one) => one.channel === channel && one.subdir === subdir);
    const of = (wanted: string) => here.flatMap((one) => (one.name === wanted ? [placed(one, subdir)] : []));
    return {
      url: `${channel}/${subdir}`,
      names: () => new Set(here.map((one) => one.name)),
      records: async (wanted) => ({ problems: [], records: of(wanted) }),
      digest: async (wanted) => sha256Of(JSON.stringify(of(wanted))),
    };
  };
}

function placed({ channel, name: of, version, record }: Package, subdir: Subdir) {
  const filename = packageFileNameSchema.parse(`${of}-3.${version}-0.conda`);
  const own = { name: of, version: `3.${version}`, build: '0', size: 1, ...record };
  return { filename, subdir, channel, url: `${channel}/${subdir}/${filename}`, record: recordSchema.parse(own) };
}

export function allowlistOf({ entries, python, order, glibc }: Scene) {
  const document = {
    ...{ channels: order, platforms, packages: entries },
    ...(python.length > 0 && { python }),
    virtualPackages: { 'linux-64': { __glibc: glibc } },
  };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
}

function patchesOf(scene: Scene): Patches {
  const { hotfixed } = scene;
  const one = hotfixed && scene.packages[hotfixed.place % scene.packages.length];
  if (!one) return new Map();
  const own = { [idOf(one).slice(one.subdir.length + 1)]: { depends: hotfixed.depends } };
  const instructions = {
    patch_instructions_version: 1 as const,
    packages: {},
    'packages.conda': own,
    revoke: [],
    remove: [],
  };
  return new Map([[one.subdir === noarch ? noarch : subdirSchema.parse(one.subdir), instructions]]);
}

const now = Date.UTC(2026, 0, 15);
const day = 86_400_000;

/** Holds at once what is held, and what is young once its server is asked. */
function gateOf(scene: Scene) {
  const standings = new Map(unique(scene).map((one) => [`${one.channel}/${idOf(one)}`, one.standing]));
  return holdingGate({
    firings: ({ id, source, published }) => {
      if (standings.get(`${source}/${id}`) === 'held')
        return [{ code: 'C3.malicious', verdict: 'reject', detail: 'MAL-1' }];
      const until = (published?.at ?? now) + 7 * day;
      return until > now ? [{ code: 'C2.young', verdict: 'hold', detail: 'too young', until }] : [];
    },
    modified: (url) => (standings.get(url) === 'young' ? now - day : 0),
  }).gate;
}

/** A world to plan a scene in, with an empty store. */
export const sceneWorld = (scene: Scene, solver: Solver) => ({
  channel: 'conda' as const,
  store: memoryStore(),
  solver,
  clock: { now: () => now },
  log: () => {},
  retain: 0,
  openSubdir: upstream(scene),
  pythonIndexes: noPythonIndexes,
  nameEvidence: noNameEvidence,
  patches: patchesOf(scene),
  planGate: gateOf(scene),
});
