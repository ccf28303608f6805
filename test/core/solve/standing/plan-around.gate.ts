import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rattlerSolver } from '../../../../adapters/solver-rattler/solver-rattler.ts';
import { makePlan } from '../../../../core/diff/make-plan.ts';
import { parseAllowlist } from '../../../../core/documents/allowlist/parse-allowlist.ts';
import type { Firing } from '../../../../core/documents/gate/verdict.ts';
import { type PartialPlan, partialPlanSchema } from '../../../../core/documents/partial-plan.ts';
import type { Plan } from '../../../../core/documents/plan.ts';
import type { GateCandidate } from '../../../../core/gate/check.ts';
import { canonicalJson, parseJson } from '../../../../core/json/json.ts';
import { packageFileNameSchema } from '../../../../core/names/package-file-name.ts';
import { openServed } from '../../../../core/own/open-served.ts';
import { recordSchema } from '../../../../core/record/record.ts';
import { planSlices } from '../../../../core/solve/requests.ts';
import { solveSlice } from '../../../../core/solve/slices/solve-slice.ts';
import { openStandings } from '../../../../core/solve/standing/standings.ts';
import type { OpenSubdir } from '../../../../core/solve/upstream-subdirs.ts';
import { plan } from '../../../../core/steps/plan.ts';
import { holdingGate } from '../../../support/gate/plan-gate.ts';
import { noNameEvidence, noPythonIndexes } from '../../../support/upstream/no-python-indexes.ts';
import { memoryStore } from '../../../twins/store-memory.ts';

const solver = rattlerSolver();
afterAll(() => solver[Symbol.asyncDispose]());

const channel = 'https://one.invalid';
const platforms = ['linux-64', 'win-64'];
const day = 24 * 60 * 60 * 1000;
const now = 100 * day;

interface Package {
  readonly subdir: string;
  readonly name: string;
  readonly version: number;
  readonly depends: readonly string[];
  /** `held`: by what its record says; `young`: by what its server says. */
  readonly standing: 'passes' | 'held' | 'young';
}

const name = fc.constantFrom('python', 'pip', 'a', 'b', 'c', 'd', 'e');
const spec = fc
  .tuple(name, fc.constantFrom('', ' >=3.2', ' <3.3', ' ==3.1', ' >=3.1,<3.3'))
  .map(([of, range]) => `${of}${range}`);
const scene = fc.record({
  packages: fc.array(
    fc.record({
      subdir: fc.constantFrom('noarch', ...platforms),
      name,
      version: fc.integer({ min: 1, max: 4 }),
      depends: fc.array(spec, { maxLength: 1 }),
      standing: fc.constantFrom('passes' as const, 'passes' as const, 'held' as const, 'young' as const),
    }),
    { minLength: 15, maxLength: 60 },
  ),
  entries: fc.uniqueArray(spec, { minLength: 2, maxLength: 6, selector: (one) => one.split(' ')[0] }),
  python: fc.constantFrom([], ['3.2', '3.3']),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

const unique = ({ packages }: Pick<Scene, 'packages'>) => [
  ...new Map(packages.map((one) => [`${one.subdir}/${one.name}-${one.version}`, one])).values(),
];

const idOf = ({ subdir, name: of, version }: Package) => `${subdir}/${of}-3.${version}-0.conda`;

/** A channel; `lacking` has the names of what it does not have. */
function upstream(one: Scene, lacking: (of: Package) => boolean): OpenSubdir {
  return async (_, subdir) => {
    const here = unique(one).filter((of) => of.subdir === subdir);
    return {
      url: `${channel}/${subdir}`,
      names: () => new Set(here.map((of) => of.name)),
      records: async (wanted) => ({
        problems: [],
        records: here.flatMap((of) => (of.name === wanted && !lacking(of) ? [record(of, subdir)] : [])),
      }),
    };
  };
}

function record({ name: of, version, depends }: Package, subdir: Parameters<OpenSubdir>[1]) {
  const filename = packageFileNameSchema.parse(`${of}-3.${version}-0.conda`);
  const own = { name: of, version: `3.${version}`, build: '0', build_number: 0, depends, size: 1 };
  const parsed = recordSchema.parse({ ...own, md5: String(version).padStart(32, '0') });
  return { filename, subdir, channel, url: `${channel}/${subdir}/${filename}`, record: parsed };
}

function allowlistOf({ entries, python }: Scene) {
  const document = { channels: [channel], platforms, packages: entries, ...(python.length > 0 && { python }) };
  const parsed = parseAllowlist(Buffer.from(JSON.stringify(document)), 'allowlist.json');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
}

/** Holds what a scene says, and what is younger than a week by its server's word. */
function gateOf(one: Scene, at = now) {
  const standings = new Map(unique(one).map((of) => [idOf(of), of.standing]));
  const firings = ({ id, published }: GateCandidate): Firing[] => {
    if (standings.get(id) === 'held') return [{ code: 'C3.malicious', verdict: 'reject', detail: 'MAL-1' }];
    const until = (published?.at ?? at) + 7 * day;
    return until > at ? [{ code: 'C2.young', verdict: 'hold', detail: 'too young', until }] : [];
  };
  const modified = (url: string) => (standings.get(url.slice(channel.length + 1)) === 'young' ? now - day : 0);
  return holdingGate({ firings, modified });
}

const world = (one: Scene, lacking: (of: Package) => boolean = () => false, at = now) => ({
  channel: 'conda' as const,
  store: memoryStore(),
  solver,
  clock: { now: () => at },
  log: () => {},
  retain: 0,
  openSubdir: upstream(one, lacking),
  pythonIndexes: noPythonIndexes,
  nameEvidence: noNameEvidence,
});

const solutions = ({ entries }: Plan) =>
  entries.map(({ entry, platform, python, status, artifacts }) => ({ entry, platform, python, status, artifacts }));

describe('a plan at the gate', () => {
  it('is that over an upstream that has nothing of what is held', async () => {
    const seen = new Set<string>();
    const law = fc.asyncProperty(scene, async (one) => {
      const allowlist = allowlistOf(one);
      const gated = await plan(allowlist, { ...world(one), planGate: gateOf(one).gate });
      const lacking = await plan(
        allowlist,
        world(one, ({ standing }) => standing !== 'passes'),
      );
      expect(solutions(gated)).toEqual(solutions(lacking));
      for (const { code } of gated.waiting) seen.add(code);
      for (const { status, explanation } of gated.entries)
        seen.add(`${status}${explanation?.includes('did the gate not hold') === true ? ' for the gate' : ''}`);
    });
    await fc.assert(law, { numRuns: 200 });
    expect([...seen].sort()).toEqual(['C2.young', 'C3.malicious', 'solved', 'unsolvable', 'unsolvable for the gate']);
  });

  it('comes out the same however the work is cut', async () => {
    const draws = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 });
    const law = fc.asyncProperty(scene, draws, async (one, draw) => {
      const allowlist = allowlistOf(one);
      const whole = await plan(allowlist, { ...world(one), planGate: gateOf(one).gate });
      const parts: PartialPlan[] = [];
      const pieces = planSlices(allowlist).flatMap(({ platform, requests }) =>
        [0, 1, 2].map((piece) => ({ platform, requests: requests.filter((at) => draw[at % draw.length] === piece) })),
      );
      for (const slice of pieces) {
        const own = world(one);
        const standings = openStandings({ ...own, gate: gateOf(one).gate, served: openServed(own) });
        const part = await solveSlice(slice, allowlist, { ...own, standings });
        parts.push(parseJson(canonicalJson(part), partialPlanSchema, 'part'));
      }
      const concluded = await makePlan(allowlist, parts.reverse(), world(one));
      expect(canonicalJson(concluded)).toBe(canonicalJson(whole));
    });
    await fc.assert(law, { numRuns: 50 });
  });

  it('takes no version back as time goes on, and waits for nothing in the end', async () => {
    const law = fc.asyncProperty(scene, async (one) => {
      const young = { ...one, packages: one.packages.map((of) => ({ ...of, standing: 'young' as const })) };
      const allowlist = allowlistOf(one);
      const later = await plan(allowlist, {
        ...world(young, undefined, now + 7 * day),
        planGate: gateOf(young, now + 7 * day).gate,
      });
      const free = await plan(allowlist, world(one));
      expect(solutions(later)).toEqual(solutions(free));
      expect(later.waiting).toEqual([]);
    });
    await fc.assert(law, { numRuns: 30 });
  });
  it('that finds one young build behind the other gives up after 50, and says so; each is asked for once', async () => {
    const packages = Array.from({ length: 60 }, (_, version) => ({
      ...{ subdir: 'noarch', name: 'a' as const, version, depends: [], standing: 'young' as const },
    }));
    const one: Scene = { packages, entries: ['a'], python: [] };
    const { gate, asked } = gateOf(one);
    const planned = await plan(allowlistOf(one), { ...world(one), planGate: gate });
    expect(planned.problems).toContainEqual(expect.objectContaining({ code: 'gate.endless', subject: 'a' }));
    expect(planned.complete).toBe(false);
    // Two platforms share them.
    expect([asked.dates.length, new Set(asked.dates).size]).toEqual([50, 50]);
  });

  it('solves from what is let in at once: nobody asks how old a file is that is held anyway', async () => {
    const a = { subdir: 'noarch', name: 'a' as const, depends: [] };
    const held = [2, 3, 4].map((version) => ({ ...a, version, standing: 'held' as const }));
    const one: Scene = { packages: [{ ...a, version: 1, standing: 'passes' }, ...held], entries: ['a'], python: [] };
    const { gate, asked } = gateOf(one);
    const { artifacts, waiting } = await plan(allowlistOf(one), { ...world(one), planGate: gate });
    expect(artifacts.map(({ filename }) => filename)).toEqual(['a-3.1-0.conda']);
    expect(waiting.map(({ id }) => id)).toEqual(['noarch/a-3.4-0.conda']);
    expect(asked.dates).toEqual([`${channel}/noarch/a-3.1-0.conda`]);
  });
});
