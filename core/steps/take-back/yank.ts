import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import type { Yank } from '../../documents/published/published.ts';
import { canonicalJson } from '../../json/json.ts';
import type { ProjectName } from '../../names/project-name.ts';
import type { Subdir } from '../../names/subdir.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Solver } from '../../ports/solver.ts';
import type { Store } from '../../ports/store.ts';
import { GatehouseError } from '../../problems/error.ts';
import type { Problem } from '../../problems/problem.ts';
import type { ChannelStore } from '../../store/list-packages.ts';
import { backOff } from '../../store/update-json.ts';
import { type AskedRelease, unknownRelease } from '../../yank/asked-release.ts';
import { draftYanks, type YankWrite } from '../../yank/draft-yanks.ts';
import { type FoundRelease, findRelease } from '../../yank/find-release.ts';
import { brokenByYank } from '../../yank/prove-yanks.ts';

export interface YankRequest extends AskedRelease {
  /** What clients show people; null takes the yank back. */
  readonly reason: string | null;
}

export interface YankWorld extends ChannelStore {
  readonly clock: Clock;
  readonly solver: Solver;
  /** By which the store is proved; null where it was never synced, and so nothing has to install. */
  readonly allowlist: Allowlist | null;
}

export interface YankReport {
  /** Keys of the release's own files, for pip and conda. */
  readonly files: readonly string[];
  /** Those of them of which control says something else than before. */
  readonly changed: readonly string[];
  /** Keys of files of that version that came from a channel or an index: they stay as they are. */
  readonly upstream: readonly string[];
  /** What is to be indexed now: where the files lie. */
  readonly subdirs: readonly Subdir[];
  readonly projects: readonly ProjectName[];
  /** Why nothing was changed. */
  readonly problems: readonly Problem[];
}

const maxAttempts = 10;

/**
 * Takes back a release of the organisation's own, or takes that back: pip passes it over unless it is pinned (PEP 592), and
 * no conda index lists it; its files stay where they are, so that locks work. Only after proof: where an entry of the
 * allowlist would not install any more, nothing is changed. Writes yanks to control and nothing else, and each only while
 * control is what it was when it was proved. Safe to run twice: what is yanked so already is not written again.
 *
 * @throws GatehouseError `yank.unknown` when there is no such release, `yank.upstream` when it came from a channel or an
 *   index, `store.conflict` (retry) when control kept changing, `json.invalid` when it is damaged
 */
export async function yank(request: YankRequest, world: YankWorld): Promise<YankReport> {
  const changed: string[] = [];
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const found = await findOwn(request, world);
    const wanted = request.reason === null ? null : { at: world.clock.now(), reason: request.reason };
    const writes = await draftYanks(found, wanted, world);
    const problems = writes.length === 0 ? [] : await prove(found, wanted, request, world);
    const isDone = problems.length > 0 || (await writeAll(writes, changed, world.store));
    if (isDone) return reportOf(found, changed, problems);
    await backOff(world.clock, attempt);
  }
  throw new GatehouseError('store.conflict', 'control kept changing under us', { retry: true });
}

async function findOwn(request: YankRequest, { store, channel, allowlist }: YankWorld): Promise<FoundRelease> {
  const world = { store, channel, condaNames: allowlist?.condaNames ?? new Map<ProjectName, string>() };
  const found = await findRelease(request, world);
  if (found.files.length > 0 || found.packages.length > 0) return found;
  const [other] = found.upstream;
  if (other === undefined) throw await unknownRelease(request, world);
  throw new GatehouseError('yank.upstream', `${other} came from upstream, and only what is your own can be yanked`, {
    hint: `bound the version in its entry of the allowlist, "${request.name} !=${request.version}", or take the entry out, and sync`,
  });
}

async function prove(
  found: FoundRelease,
  wanted: Yank | null,
  { name, version }: YankRequest,
  { allowlist, ...world }: YankWorld,
): Promise<Problem[]> {
  const breaks = allowlist === null ? [] : await brokenByYank(found, wanted, { ...world, allowlist });
  if (breaks.length === 0) return [];
  const detail = `nothing was changed, since this would break ${breaks.join(', ')}`;
  const hint = 'publish a version that they can have instead, or change their entries in the allowlist, and sync first';
  return [{ code: 'held.yank', subject: `${name} ${version}`, detail, hint }];
}

/** False when somebody else wrote control meanwhile: then the proof may not hold any more. */
async function writeAll(writes: readonly YankWrite[], changed: string[], store: Store): Promise<boolean> {
  for (const { key, etag, next, changed: own } of writes) {
    const condition = etag === null ? { absent: true as const } : { etag };
    const { status } = await store.put(key, Buffer.from(canonicalJson(next)), condition);
    if (status !== 'written') return false;
    changed.push(...own);
  }
  return true;
}

const reportOf = (
  { files, packages, upstream }: FoundRelease,
  changed: readonly string[],
  problems: readonly Problem[],
): YankReport => ({
  files: [...files, ...packages].map(({ key }) => key),
  changed,
  upstream,
  subdirs: [...new Set(packages.map(({ subdir }) => subdir))],
  projects: [...new Set(files.map(({ project }) => project))],
  problems,
});
