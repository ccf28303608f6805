import { matchSpecMatches } from '../../names/match-spec/match-record.ts';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { noarch, type Subdir } from '../../names/subdir.ts';
import { compareVersionTexts } from '../../names/version/version-texts.ts';
import type { CandidatePool, Solver } from '../../ports/solver.ts';
import { dependencySpec } from '../../record/dependency-spec.ts';
import { type RepodataRecord, recordSchema } from '../../record/record.ts';
import { candidatePool, usableRecords } from '../../solve/candidate-pool.ts';
import { collectClosure } from '../../solve/closure.ts';
import { ownSpec } from '../../solve/requests.ts';
import { installs, solveRequest } from '../../solve/solve-request.ts';
import { virtualPackagesFor } from '../../solve/virtual-packages.ts';
import { findLacking } from './find-lacking.ts';
import { type OfferedPackage, type OwnChannel, placed } from './own-channel.ts';
import { type Lack, tellLacking, type Verdict } from './tell-lacking.ts';

/** What of the channel could be part of an environment with what is offered, on one platform. */
interface CondaScene {
  readonly pool: CandidatePool;
  readonly own: OwnChannel;
  readonly solver: Solver;
}

/**
 * Works out for each conda package that is offered whether it installs on some platform from the channel with all that is
 * offered beside it, as a proof would: with `pip` and one of the allowlist's pythons where it needs python.
 */
export async function condaInstalls(
  offered: readonly OfferedPackage[],
  own: OwnChannel,
  solver: Solver,
): Promise<ReadonlyMap<OfferedPackage, Verdict>> {
  const verdicts = new Map<OfferedPackage, Verdict>();
  for (const platform of platformsOf(offered, own)) {
    const here = offered.filter(({ subdir }) => subdir === noarch || subdir === platform);
    const open = here.filter((one) => verdicts.get(one)?.installs !== true);
    if (open.length === 0) continue;
    const scene = { pool: await poolOn(platform, here, own), own, solver };
    for (const one of open) {
      const verdict = await installsOn(one, scene);
      if (verdict.installs || !verdicts.has(one)) verdicts.set(one, verdict);
    }
  }
  return verdicts;
}

function platformsOf(offered: readonly OfferedPackage[], { allowlist }: OwnChannel): Set<Subdir> {
  const named = offered.flatMap(({ subdir }) => (subdir === noarch ? [] : [subdir]));
  return new Set([...allowlist.platforms, ...named]);
}

async function poolOn(platform: Subdir, offered: readonly OfferedPackage[], own: OwnChannel): Promise<CandidatePool> {
  const { allowlist } = own;
  const added = Map.groupBy(offered, ({ record }): string => record.name);
  const named = async (name: string) => {
    const there = [noarch, platform].flatMap((subdir) => own.listed(subdir, name));
    const all = [...there, ...(added.get(name) ?? []).map((one) => placed(one.subdir, one.filename, one.record))];
    const each = new Map(all.map((one) => [`${one.subdir}/${one.filename}`, one]));
    return { records: usableRecords([...each.values()]).usable, problems: [] };
  };
  const closure = await collectClosure(offered.map(specOf), { named, python: allowlist.python });
  const virtualPackages = virtualPackagesFor(platform, allowlist.virtualPackages[platform]);
  return candidatePool(platform, [...closure.byName.values()].flat(), virtualPackages);
}

/** The very build that is offered. */
const specOf = ({ record: { name, version, build } }: OfferedPackage): MatchSpec =>
  ownSpec(`${name} ==${version} ${build}`);

async function installsOn(one: OfferedPackage, scene: CondaScene): Promise<Verdict> {
  const { pool, own, solver } = scene;
  const { python } = own.allowlist;
  const outcomes = await solveRequest({ id: one.filename, specs: [specOf(one)] }, { pool, solver, python });
  if (installs(outcomes)) return { installs: true };
  const lacks = await lacksOf(one, scene);
  if (lacks.length > 0) return { installs: false, reason: tellLacking('conda', lacks, own.allowlist) };
  const said = outcomes.find(({ explanation }) => explanation !== null)?.explanation ?? '';
  const detail = `conda cannot install it on ${pool.platform} from here: ${said}`;
  return { installs: false, reason: { code: 'publish.lacking', detail } };
}

interface CondaWant {
  readonly spec: MatchSpec;
  readonly text: string;
  readonly by: string;
}

async function lacksOf(one: OfferedPackage, { pool, own }: CondaScene): Promise<Lack[]> {
  const supply = {
    nameOf: ({ text }: CondaWant) => text,
    optionsFor: async ({ spec }: CondaWant) => matching(spec, pool),
    wantsOf: async (record: RepodataRecord) => wantsOf(record),
  };
  const lacking = async (more: readonly string[]) => {
    const added = more.map((text) => ({ spec: ownSpec(text), text, by: 'whoever uses it with python' }));
    return findLacking([...wantsOf(one.record), ...added], supply);
  };
  const pip = pool.candidates.has('python') ? ['pip'] : [];
  const plain = await lacking(pip);
  const tries = plain.length > 0 || pip.length === 0 ? [] : own.allowlist.python;
  const withPython = await Promise.all(tries.map((version) => lacking([...pip, `python ${version}.*`])));
  const found = plain.length > 0 ? plain : (withPython.find((wants) => wants.length > 0) ?? []);
  return found.map((want) => lackOf(want, pool.platform));
}

const wantsOf = ({ name, version, depends }: RepodataRecord): CondaWant[] =>
  depends.flatMap((text) => {
    const spec = dependencySpec(text);
    return spec === null ? [] : [{ spec, text, by: `${name} ${version}` }];
  });

/** The newest first. */
function matching(spec: MatchSpec, { candidates, virtualPackages }: CandidatePool): readonly RepodataRecord[] {
  if (spec.name.startsWith('__')) return virtual(spec, virtualPackages);
  const records = (candidates.get(spec.name) ?? []).map(({ record }) => record);
  return records.filter((record) => matchSpecMatches(spec, record)).sort(newestFirst);
}

/** What the machine itself has, as the solver sees it. */
function virtual(spec: MatchSpec, virtualPackages: CandidatePool['virtualPackages']): RepodataRecord[] {
  const [version = '', build = '0'] = virtualPackages[spec.name]?.split('=', 2) ?? [];
  const { data } = recordSchema.safeParse({ name: spec.name, version, build, build_number: 0 });
  return data !== undefined && matchSpecMatches(spec, data) ? [data] : [];
}

const newestFirst = (a: RepodataRecord, b: RepodataRecord): number =>
  compareVersionTexts(b.version, a.version) || b.build_number - a.build_number;

function lackOf({ spec, text, by }: CondaWant, platform: Subdir): Lack {
  const isVirtual = spec.name.startsWith('__');
  const why = isVirtual ? `which ${platform} does not have` : 'which the channel does not have';
  return { name: spec.name, text, by, why, line: isVirtual ? null : JSON.stringify(text) };
}
