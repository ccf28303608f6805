import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Problem } from '../problems/problem.ts';
import type { MadeRequest } from '../releases/made-record.ts';
import type { Reason } from '../releases/release-files.ts';
import type { UpstreamRecord } from '../upstream/accept-records.ts';
import { type CondaNames, condaNames, type NamesWorld } from './conda-names.ts';
import { type MadeClosure, madeClosure } from './made-closure.ts';
import type { WantedProject } from './project-places.ts';
import type { MadeRelease } from './surviving-releases.ts';

/** The packages that could be made for an entry, or why there are none. */
export type MadeCandidates =
  | {
      readonly ok: true;
      readonly records: readonly UpstreamRecord[];
      /** Of other projects, and what is wanted of them: those that no channel has. */
      readonly dependencies: readonly UpstreamRecord[];
      readonly wanted: readonly WantedProject[];
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly problem: Problem };

/** An entry for which packages are made. */
export interface RequestMade {
  /** The entry in its one spelling. */
  readonly id: string;
  readonly platforms: readonly Subdir[];
  readonly made: MadeRequest;
}

/**
 * Works out which packages could be made for a PyPI entry: of each of the newest releases, one for each distinct set of
 * dependencies over its platforms and all pythons, and so the same ones wherever the work is cut. The first index that
 * has the project serves it. A release that cannot be had is a warning while another one can.
 *
 * @throws GatehouseError `upstream.*` and others when an index or channel cannot be read, which says nothing of the entry
 */
export async function madeCandidates(
  { id, made, platforms }: RequestMade,
  allowlist: Allowlist,
  world: NamesWorld,
): Promise<MadeCandidates> {
  const names = condaNames(allowlist, world);
  const called = await ownName(made, names);
  if (called?.isFault) return { ok: false, problem: { ...called.reason, subject: id } };
  const closure = await madeClosure({
    root: made,
    platforms: { own: platforms, all: allowlist.platforms },
    known: await names.pythons(),
    urls: allowlist.indexes,
    indexes: world.pythonIndexes,
    names,
  });
  if ('code' in closure) return { ok: false, problem: { ...closure, subject: id } };
  const refused = closure.own.flatMap((release) => refusal(release, id));
  const records = closure.own.flatMap((release) => (release.fault === null ? release.records : []));
  const [newest] = refused;
  if (records.length === 0 && newest !== undefined) return { ok: false, problem: newest };
  const taken = called === null ? [] : [{ ...called.reason, subject: id }];
  const warnings = [...names.warnings(), ...taken, ...leftOut(closure), ...refused];
  const { wanted, others } = closure;
  return { ok: true, records, dependencies: others.flatMap((release) => release.records), wanted, warnings };
}

/**
 * Whether the name that the made package gets is the project's in conda: another one would lie beside it, with the same
 * files. Where nothing is known of the project, the name may still be taken by something else.
 */
async function ownName(
  { name, project, specifier }: MadeRequest,
  names: CondaNames,
): Promise<{ readonly isFault: boolean; readonly reason: Reason } | null> {
  if (names.isOwn(project, name)) return { isFault: true, reason: reservedName(project, name) };
  const told = await names.evidenceOf(project, specifier);
  if (told === name) return null;
  if (told === null) {
    if (!(await names.offers(name))) return null;
    const detail = `a channel has a package ${name}, and nothing says that it is this project; clients see both`;
    const hint = `add "condaNames": { "${project}": "${name}" } to the allowlist if it is, another name if it is not`;
    return { isFault: false, reason: { code: 'pypi.name-taken', detail, hint } };
  }
  if (typeof told !== 'string') return { isFault: true, reason: told };
  const detail = `the PyPI project ${project} is the conda package ${told}, and one of another name would be made`;
  const hint = `to make it under that name, add "condaNames": { "${project}": "${told}" } to the allowlist`;
  return { isFault: true, reason: { code: 'pypi.conda-name', detail, hint } };
}

function reservedName(project: ProjectName, name: string): Reason {
  const detail = `a conda package ${name} would be made of the PyPI project ${project}, and that is a reserved name`;
  const hint = `give it another name: "condaNames": { "${project}": "NAME" } in the allowlist`;
  return { code: 'pypi.reserved-name', detail, hint };
}

const refusal = ({ fault, release }: MadeRelease, subject: string): Problem[] =>
  fault === null ? [] : [{ ...fault, subject, detail: `${release.file.fileName}: ${fault.detail}` }];

const leftOut = ({ own, others }: MadeClosure): Problem[] =>
  [...own, ...others].flatMap((made) =>
    made.fault === null ? made.leftOut.map((finding) => ({ ...finding, subject: made.release.file.fileName })) : [],
  );
