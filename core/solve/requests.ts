import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { PypiEntry } from '../documents/allowlist/read-entries.ts';
import { type MatchSpec, parseMatchSpec } from '../names/match-spec/parse-match-spec.ts';
import { canonicalMatchSpec } from '../names/match-spec/solver-spec.ts';
import { packageNameSchema } from '../names/package-name.ts';
import { parseSpecifier, withoutLocals } from '../names/pep440/specifier.ts';
import { specifierToMatchSpec } from '../names/pep440/specifier-to-match-spec.ts';
import { isReserved } from '../names/reserved-names.ts';
import type { Subdir } from '../names/subdir.ts';
import { type MadeRequest, madeBuild } from '../releases/made-record.ts';
import { wheelChannel } from './own-names.ts';

/** Something that must install: an entry on its own, or an environment's specs together. */
export interface InstallRequest {
  /** The entry in its one spelling, so that respelling it changes nothing, or `environment:NAME`. */
  readonly id: string;
  readonly specs: readonly MatchSpec[];
  readonly platforms: readonly Subdir[];
  /** Package name -> the channel URL it must come from, where the allowlist says so. */
  readonly channels: ReadonlyMap<string, string>;
  /** Of a PyPI entry: the package that is made for it, or is there where its project's files come from the store alone. */
  readonly made?: MadeRequest;
}

/** A PyPI entry, for which packages are made, and which pip is to install too. */
export type PypiRequest = InstallRequest & Required<Pick<InstallRequest, 'made'>>;

/** All that must install, in the allowlist's order: entries first, then environments. */
export function installRequests({
  entries,
  environments,
  platforms,
  ...naming
}: RequestedByAllowlist): InstallRequest[] {
  const single = entries.map((entry): InstallRequest => {
    if (entry.kind === 'pypi') return requestMade(entry, naming);
    const channels = new Map(entry.channel === null ? [] : [[entry.spec.name, entry.channel]]);
    const specs = [entry.spec, ...entry.depends];
    return { id: canonicalMatchSpec(entry.spec), specs, platforms: entry.platforms, channels };
  });
  return [...single, ...environments.map(({ id, specs, channels }) => ({ id, specs, platforms, channels }))];
}

export const pypiRequests = (allowlist: RequestedByAllowlist): PypiRequest[] =>
  installRequests(allowlist).flatMap((request) =>
    request.made === undefined ? [] : [{ ...request, made: request.made }],
  );

type RequestNaming = Pick<Allowlist, 'condaNames' | 'packageFormat' | 'reserved'>;
type RequestedByAllowlist = Pick<Allowlist, 'entries' | 'environments' | 'platforms'> & RequestNaming;

/**
 * A made package takes the project's name unless the allowlist gives it another. That of a reserved name is the
 * organisation's own, however it was built.
 */
function requestMade(entry: PypiEntry, { condaNames, packageFormat: format, reserved }: RequestNaming): InstallRequest {
  const { name: project, unpack, closesOnIndex, depends, platforms, wheel } = entry;
  const specifier = parseSpecifier(entry.specifier);
  // A local version is for pip alone, and nothing is made of it.
  const versions = specifier && specifierToMatchSpec(withoutLocals(specifier));
  if (specifier === null || !versions?.ok) throw new TypeError(`not a specifier: ${entry.specifier}`);
  const name = packageNameSchema.parse(condaNames.get(project) ?? project);
  const build = isReserved(project, reserved) ? '' : ` ${madeBuild}*`;
  const spec = ownSpec(`${name} ${specifier.clauses.length === 0 ? '*' : versions.text}${build}`);
  const id = `pypi:${project}${entry.specifier === '' ? '' : ` ${entry.specifier}`}`;
  const made = { project, specifier, unpack, closesOnIndex, name, format, depends, wheel };
  const channels = new Map(wheel === null ? [] : [[name, wheelChannel(wheel)]]);
  return { id, specs: [spec], platforms, channels, made };
}

/** A spec written in this code. */
export function ownSpec(text: string): MatchSpec {
  const parsed = parseMatchSpec(text);
  if (!parsed.ok) throw new TypeError(`not a MatchSpec: ${text}`);
  return parsed.spec;
}

/** A part of the work of a plan: some of the allowlist's requests on one platform. */
export interface PlanSlice {
  readonly platform: Subdir;
  /** Places among the allowlist's requests, rising. */
  readonly requests: readonly number[];
}

/** So many solve within a Lambda function's 15 minutes with room to spare, and a run does not become thousands of slices. */
const maxRequestsPerSlice = 25;

/** An allowlist's work in slices: the same ones for the same allowlist. */
export function planSlices(allowlist: Allowlist, perSlice: number = maxRequestsPerSlice): PlanSlice[] {
  const all = installRequests(allowlist);
  return allowlist.platforms.flatMap((platform) => {
    const here = [...all.keys()].filter((place) => all[place]?.platforms.includes(platform));
    const count = Math.ceil(here.length / perSlice);
    return Array.from({ length: count }, (_, i) => ({
      platform,
      requests: here.slice(i * perSlice, (i + 1) * perSlice),
    }));
  });
}
