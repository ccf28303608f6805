import type { ChannelChange } from '../diff/change.ts';
import { type ChannelState, type PackagePlace, readChannelState } from '../diff/channel-state.ts';
import { breaking } from '../diff/prove-changes.ts';
import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import { isKeptOut } from '../documents/control.ts';
import { type ProvenEntry, readProof } from '../documents/proof.ts';
import type { Yank } from '../documents/published/published.ts';
import { readProjectControl } from '../documents/simple/project-control.ts';
import { listedRecords } from '../index/derive-subdir.ts';
import { indexPackage } from '../index/index-package.ts';
import { simpleFileKey } from '../layout/keys.ts';
import type { Solver } from '../ports/solver.ts';
import type { Store } from '../ports/store.ts';
import type { ProjectFile } from '../python-index/project-file.ts';
import { otherFormat } from '../record/other-format.ts';
import type { RepodataRecord } from '../record/record.ts';
import type { PipIndex } from '../resolve/pip-index.ts';
import { type PipProofWorld, proveForPip } from '../resolve/prove-for-pip.ts';
import { storedIndex } from '../resolve/stored-index.ts';
import { proofTargets } from '../solve/proof-targets.ts';
import { pypiRequests } from '../solve/requests.ts';
import type { ChannelStore } from '../store/list-packages.ts';
import { readOnlyStore } from '../store/read-only-store.ts';
import { storedDigests } from '../store/stored-digests.ts';
import type { FoundRelease, OwnFile, OwnPackage } from './find-release.ts';

export interface YankProofWorld extends ChannelStore {
  readonly allowlist: Allowlist;
  readonly solver: Solver;
}

/**
 * The entries that install from this channel now and would not with this release yanked, or not yanked any more: from
 * conda, a record that leaves, or a second format of a stem that hides the first; for pip, a file that only exact pins may
 * take (PEP 592). What control says already counts as done, whether it is indexed yet or not.
 *
 * @param wanted null takes the yank back
 */
export async function brokenByYank(
  { files, packages }: FoundRelease,
  wanted: Yank | null,
  world: YankProofWorld,
): Promise<string[]> {
  const state = await readChannelState(world.store, world.channel, world.allowlist.platforms);
  const changes: ChannelChange[] = [];
  for (const one of packages) changes.push(...(await changesOf(one, wanted, state, world)));
  const mayBreak = changes.some((change) => change.kind === 'drop' || hides(change, state));
  const breaks = breaking({ appear: [], changes }, decidedDrops(state), { ...world, state });
  const ofConda = mayBreak ? await breaks(changes) : [];
  const forPip = wanted !== null && files.length > 0 ? await brokenForPip(files, state, world) : [];
  return [...ofConda, ...forPip];
}

/** What control yanked or withdrew, and an index lists still. */
const decidedDrops = (state: ChannelState): ChannelChange[] =>
  [...state].flatMap(([subdir, { index, control }]) =>
    [...index.keys()]
      .filter((filename) => isKeptOut(control.packages[filename] ?? {}))
      .map((filename) => dropOf({ subdir, filename })),
  );

const dropOf = ({ subdir, filename }: PackagePlace): ChannelChange => ({
  kind: 'drop',
  ...{ subdir, filename, record: null, override: null, reason: 'yanked' },
});

const hides = ({ subdir, filename }: Pick<ChannelChange, 'subdir' | 'filename'>, state: ChannelState): boolean =>
  state.get(subdir)?.index.has(otherFormat(filename)) ?? false;

/** What a yank changes of the records that clients read: nothing where the index has it so already. */
async function changesOf(
  { subdir, filename }: OwnPackage,
  wanted: Yank | null,
  state: ChannelState,
  world: YankProofWorld,
): Promise<ChannelChange[]> {
  const isListed = state.get(subdir)?.index.has(filename) ?? false;
  if (isListed !== (wanted !== null)) return [];
  if (wanted !== null) return [dropOf({ subdir, filename })];
  const record = await ownRecord({ subdir, filename }, state, world);
  const reason = 'not yanked any more';
  return record === null ? [] : [{ kind: 'second-format', subdir, filename, record, override: null, reason }];
}

/** The record as the index has it without the yank; null for one that is in no index for another reason. */
async function ownRecord(
  { subdir, filename }: PackagePlace,
  state: ChannelState,
  { store, channel }: YankProofWorld,
): Promise<RepodataRecord | null> {
  const { packages, control } = state.get(subdir) ?? {};
  const listed = packages?.get(filename);
  if (listed === undefined) return null;
  const { yank: _, ...override } = control?.packages[filename] ?? {};
  const reading = { store: readOnlyStore(store), channel, clock: { now: () => 0 } };
  const world = { ...reading, gate: null, digestsOf: storedDigests };
  const entry = await indexPackage(listed, override, world);
  return (entry && listedRecords([entry]).get(filename)) ?? null;
}

async function brokenForPip(
  files: readonly OwnFile[],
  state: ChannelState,
  { store, channel, allowlist }: YankProofWorld,
): Promise<string[]> {
  const requests = pypiRequests(allowlist);
  const told = ((await readProof(store, channel))?.pip ?? []).flatMap(({ pythons }) => pythons);
  const served = new Map([...state].map(([subdir, { index }]) => [subdir, index]));
  const pages = storedIndex(store);
  const keys = files.map(({ key }) => key);
  const world: PipProofWorld = {
    index: decidedIndex(pages, [], store),
    targets: proofTargets(allowlist, { told, served }),
    log: () => {},
  };
  const after = await proveForPip(requests, { ...world, index: decidedIndex(pages, keys, store) });
  const failing = after.filter(({ installable }) => !installable);
  if (failing.length === 0) return [];
  const label = ({ entry, platform }: ProvenEntry) => `${entry} on ${platform} for pip`;
  const before = await proveForPip(requests, world);
  const installed = new Set(before.flatMap((one) => (one.installable ? [label(one)] : [])));
  return failing.map(label).filter((one) => installed.has(one));
}

/** Our own pages as they will be: with what control yanked, and with these files yanked too. */
function decidedIndex(pages: PipIndex, keys: readonly string[], store: Store): PipIndex {
  return {
    async files(project) {
      const [files, { control }] = [await pages.files(project), await readProjectControl(store, project)];
      const isYanked = ({ fileName }: ProjectFile) =>
        control.files[fileName]?.yank !== undefined || keys.includes(simpleFileKey(project, fileName));
      return files?.map((file) => (isYanked(file) ? { ...file, yanked: true } : file)) ?? null;
    },
    metadata: (file) => pages.metadata(file),
  };
}
