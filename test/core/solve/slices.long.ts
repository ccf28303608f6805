import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../adapters/solver-rattler/solver-rattler.ts';
import { makePlan } from '../../../core/diff/make-plan.ts';
import { parseAllowlist } from '../../../core/documents/allowlist/parse-allowlist.ts';
import { type PartialPlan, partialPlanSchema } from '../../../core/documents/partial-plan.ts';
import { canonicalJson, parseJson } from '../../../core/json/json.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { recordSchema } from '../../../core/record/record.ts';
import { type PlanSlice, planSlices } from '../../../core/solve/requests.ts';
import { solveSlice } from '../../../core/solve/slices/solve-slice.ts';
import { openTrial } from '../../../core/solve/together/try-environment.ts';
import type { OpenSubdir } from '../../../core/solve/upstream-subdirs.ts';
import { plan } from '../../../core/steps/plan.ts';
import { noNameEvidence, noPythonIndexes } from '../../support/upstream/no-python-indexes.ts';
import { memoryStore } from '../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

interface Package {
  readonly channel: string;
  readonly subdir: string;
  readonly name: string;
  readonly version: number;
  readonly depends: readonly string[];
}

const names = ['python', 'pip', 'a', 'b', 'c', 'd', 'e'];
const channels = ['https://one.invalid', 'https://two.invalid'];
const platforms = ['linux-64', 'win-64'];
const name = fc.constantFrom(...names);
const spec = fc
  .tuple(name, fc.constantFrom('', ' >=3.2', ' <3.3', ' ==3.1', ' >=3.1,<3.3', ' ==9'))
  .map(([of, range]) => `${of}${range}`);
const packages: fc.Arbitrary<Package[]> = fc.array(
  fc.record({
    channel: fc.constantFrom(...channels),
    subdir: fc.constantFrom('noarch', ...platforms),
    name,
    version: fc.integer({ min: 1, max: 4 }),
    depends: fc.array(spec, { maxLength: 1 }),
  }),
  { minLength: 15, maxLength: 60 },
);
const entry = fc.oneof(
  { weight: 5, arbitrary: fc.record({ spec }) },
  { weight: 4, arbitrary: fc.record({ spec, channel: fc.constantFrom(...channels) }) },
  { weight: 1, arbitrary: fc.record({ spec, platforms: fc.constantFrom(['win-64'], ['linux-64']) }) },
  { weight: 1, arbitrary: name.map((of) => ({ spec: `${of}[subdir=noarch]` })) },
);

/** Wanted by two entries from two channels, of which one can have it. */
const contested = channels.map((channel) => ({ channel, subdir: 'noarch', name: 'z', version: 1, depends: [] }));
const contesting = [{ spec: 'z' }, { spec: 'z >=3', channel: channels[1] }];

const places = channels.flatMap((channel) => ['noarch', ...platforms].map((subdir) => `${channel}/${subdir}`));

interface Scene {
  readonly packages: readonly Package[];
  readonly entries: readonly Record<string, unknown>[];
  readonly python: readonly string[];
  /** Names of the second channel that cannot be read. */
  readonly unreadable: readonly string[];
  /** Subdirs that are not there, `<channel>/<subdir>`. */
  readonly absent: readonly string[];
}
const scene: fc.Arbitrary<Scene> = fc.record({
  packages: packages.map((some) => [...some, ...contested]),
  entries: fc
    .uniqueArray(entry, { minLength: 2, maxLength: 8, selector: (one) => String(one.spec).split('[')[0] })
    .map((some) => [...some, ...contesting]),
  python: fc.constantFrom([], ['3.2', '3.3']),
  unreadable: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(name) }),
  absent: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(places) }),
});

function upstream({ packages: all, unreadable, absent }: Scene): OpenSubdir {
  return async (channel, subdir) => {
    if (absent.includes(`${channel}/${subdir}`)) return null;
    const here = all.filter((one) => one.channel === channel && one.subdir === subdir);
    const unique = new Map(here.map((one) => [`${one.name}-${one.version}`, one]));
    return {
      url: `${channel}/${subdir}`,
      names: () => new Set(here.map((one) => one.name)),
      records: async (wanted) => {
        if (channel === channels[1] && unreadable.includes(wanted))
          throw new GatehouseError('upstream.status', 'is 500');
        const records = [...unique.values()].filter((one) => one.name === wanted);
        const problems = records.some(({ version }) => version === 4)
          ? [{ code: 'record.invalid', subject: wanted, detail: channel }]
          : [];
        return { problems, records: records.map((one) => record(one, subdir)) };
      },
    };
  };
}

function record({ channel, name: of, version, depends }: Package, subdir: Parameters<OpenSubdir>[1]) {
  const filename = packageFileNameSchema.parse(`${of}-3.${version}-0.conda`);
  const md5 = `${channel === channels[0] ? 'a' : 'b'}${version}`.repeat(16);
  const own = {
    name: of,
    version: `3.${version}`,
    build: '0',
    build_number: 0,
    depends,
    md5,
    size: 1,
    odd: [null, 'é'],
  };
  return { filename, subdir, channel, url: `${channel}/${subdir}/${filename}`, record: recordSchema.parse(own) };
}

function allowlistOf({ entries, python }: Scene) {
  const document = { channels, platforms, packages: entries, ...(python.length > 0 && { python }) };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
}

/** Cuts slices into `pieces` of requests drawn by `draw`. */
const cut = (slices: readonly PlanSlice[], draw: readonly number[]): PlanSlice[] =>
  slices.flatMap(({ platform, requests }) =>
    [0, 1, 2].map((piece) => ({ platform, requests: requests.filter((place) => draw[place % draw.length] === piece) })),
  );

const world = (one: Scene) => ({
  channel: 'conda' as const,
  store: memoryStore(),
  solver,
  clock: { now: () => 0 },
  log: () => {},
  retain: 0,
  openSubdir: upstream(one),
  pythonIndexes: noPythonIndexes,
  nameEvidence: noNameEvidence,
});

const atRest = (part: PartialPlan): PartialPlan => parseJson(canonicalJson(part), partialPlanSchema, 'part');

describe('a plan in slices', () => {
  it('is the plan that one go makes, however it was cut, at rest in between, and in whatever order it came', async () => {
    const draws = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 8, maxLength: 8 });
    const seen = new Set<string>();
    const property = fc.asyncProperty(scene, draws, fc.boolean(), async (one, draw, reversed) => {
      const allowlist = allowlistOf(one);
      const whole = await plan(allowlist, { ...world(one), offersEnvironments: true });
      const parts: PartialPlan[] = [];
      for (const slice of cut(planSlices(allowlist), draw)) {
        parts.push(atRest(await solveSlice(slice, allowlist, world(one))));
      }
      const tryEnvironment = openTrial(allowlist, world(one));
      const concluded = await makePlan(allowlist, reversed ? parts.reverse() : parts, {
        ...world(one),
        tryEnvironment,
      });
      expect(canonicalJson(concluded)).toBe(canonicalJson(whole));
      const told = [...whole.problems, ...whole.warnings].map(({ code }) => code);
      for (const kind of [...told, ...whole.entries.map(({ status }) => status)]) seen.add(kind);
    });
    await fc.assert(property, { numRuns: 100 });
    const codes = ['upstream.missing', 'upstream.status', 'record.invalid', 'plan.shadowed', 'plan.conflict'];
    expect([...seen]).toEqual(expect.arrayContaining(['solved', 'unsolvable', 'failed', ...codes]));
  });

  it('without one of the slices is incomplete, and says whose part is missing', async () => {
    const one: Scene = {
      packages: ['a', 'b'].map((of) => ({
        channel: channels[0] ?? '',
        subdir: 'noarch',
        name: of,
        version: 1,
        depends: [],
      })),
      entries: [{ spec: 'a' }, { spec: 'b', platforms: ['win-64'] }],
      python: [],
      unreadable: [],
      absent: [],
    };
    const allowlist = allowlistOf(one);
    const [first] = planSlices(allowlist);
    const parts = first === undefined ? [] : [await solveSlice(first, allowlist, world(one))];
    const concluded = await makePlan(allowlist, parts, world(one));
    expect(concluded.complete).toBe(false);
    expect(concluded.problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'solver.failed a on win-64',
      'solver.failed b on win-64',
    ]);
    expect(concluded.add).toEqual(['noarch/a-3.1-0.conda']);
  });

  it('has at most 25 requests a slice, on one platform each, and none twice', () => {
    const many: Scene = {
      packages: [],
      entries: Array.from({ length: 60 }, (_, i) => ({ spec: `p${i}`, ...(i < 10 && { platforms: ['win-64'] }) })),
      python: [],
      unreadable: [],
      absent: [],
    };
    const sizes = planSlices(allowlistOf(many)).map(({ platform, requests }) => [platform, requests.length]);
    expect(sizes).toEqual([
      ['linux-64', 25],
      ['linux-64', 25],
      ['win-64', 25],
      ['win-64', 25],
      ['win-64', 10],
    ]);
  });
});
