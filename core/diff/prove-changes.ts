import type { Allowlist } from '../documents/allowlist/parse-allowlist.ts';
import type { Override } from '../documents/control.ts';
import { artifactId } from '../documents/plan.ts';
import type { PackageFileName } from '../names/package-file-name.ts';
import type { Subdir } from '../names/subdir.ts';
import type { Solver } from '../ports/solver.ts';
import type { RepodataRecord } from '../record/record.ts';
import { type PlacedRecord, usableRecords } from '../solve/candidate-pool.ts';
import { channelPools } from '../solve/channel-pools.ts';
import { type ProvenOutcome, proveEntries } from '../solve/prove-entries.ts';
import { installs } from '../solve/solve-request.ts';
import type { ChannelChange, ChannelDraft, DraftWorld, PlacedOverride } from './change.ts';
import type { ChannelState, PackagePlace } from './channel-state.ts';
import { draftHotfixes } from './hotfixes.ts';

export interface ProvenChanges {
  readonly accepted: readonly ChannelChange[];
  readonly held: readonly { readonly change: ChannelChange; readonly breaks: readonly string[] }[];
}

export interface ProvenDraft extends ProvenChanges {
  /** Of hotfixes that change nothing that clients see now. */
  readonly overrides: readonly PlacedOverride[];
}

interface ProveDraftWorld extends Pick<DraftWorld, 'store' | 'channel' | 'patches' | 'state'> {
  readonly allowlist: Allowlist;
  readonly solver: Solver;
}

/**
 * Proves a draft's changes on the channel as it would be with everything that appears in it, and then the organisation's
 * hotfixes on what comes of that: one that is held back keeps nothing else back.
 */
export async function proveDraft(draft: ChannelDraft, world: ProveDraftWorld): Promise<ProvenDraft> {
  const { forced = [], others = [] } = Object.groupBy(draft.changes, ({ isForced }) =>
    isForced ? 'forced' : 'others',
  );
  const first = await proveChanges(others, breaking(draft, forced, world));
  const made = [...forced, ...first.accepted];
  const hotfixes = await draftHotfixes({
    ...world,
    overrideOf: overridesAfter(draft, made, world.state),
    shown: recordsAfter(draft, made, world.state),
  });
  const second = await proveChanges(hotfixes.changes, breaking(draft, made, world));
  return {
    accepted: [...made, ...second.accepted],
    held: [...first.held, ...second.held],
    overrides: hotfixes.overrides,
  };
}

/** The entries that would break if these changes were made; empty when none would. */
export type Breaks = (changes: readonly ChannelChange[]) => Promise<readonly string[]>;

/**
 * Accepts as many changes as break nothing, in order, and says which entries each of the others would break. One proof
 * when all is well; about k log n for k that break.
 */
export async function proveChanges(changes: readonly ChannelChange[], breaks: Breaks): Promise<ProvenChanges> {
  const accepted: ChannelChange[] = [];
  const held: { change: ChannelChange; breaks: readonly string[] }[] = [];
  const prove = async (some: readonly ChannelChange[]): Promise<void> => {
    const [change] = some;
    if (change === undefined) return;
    const broken = await breaks([...accepted, ...some]);
    if (broken.length === 0) accepted.push(...some);
    else if (some.length === 1) held.push({ change, breaks: broken });
    else {
      const middle = Math.ceil(some.length / 2);
      await prove(some.slice(0, middle));
      await prove(some.slice(middle));
    }
  };
  await prove(changes);
  return { accepted, held };
}

/** Counts an entry as broken when it does not install with the changes and does with those given alone. */
export function breaking(
  draft: Pick<ChannelDraft, 'appear' | 'changes'>,
  given: readonly ChannelChange[],
  { allowlist, solver, state }: Pick<ProveDraftWorld, 'allowlist' | 'solver' | 'state'>,
): Breaks {
  const prove = async (some: readonly ChannelChange[]): Promise<(readonly ProvenOutcome[])[]> => {
    const channel = channelPools(recordsAfter(draft, [...given, ...some], state), sound);
    const proven: (readonly ProvenOutcome[])[] = [];
    for await (const group of proveEntries(allowlist, channel, { solver, log: () => {} })) proven.push(group);
    return proven;
  };
  let before: Promise<Set<string>> | undefined;
  return async (some) => {
    const failing = (await prove(some)).filter((group) => !installs(group));
    if (failing.length === 0) return [];
    before ??= prove([]).then(installing);
    const held = await before;
    return failing.map(label).filter((entry) => held.has(entry));
  };
}

/** What the store has from before records were held to what clients read leaves it as such changes are made. */
const sound = (seen: readonly PlacedRecord[]) => usableRecords(seen).usable;

const label = ([first]: readonly ProvenOutcome[]): string => `${first?.entry} on ${first?.platform}`;

/**
 * A solve that failed says nothing about its entry, which counts as installing: else a change that breaks it would go
 * through unproved.
 */
function installing(proven: readonly (readonly ProvenOutcome[])[]): Set<string> {
  const may = (group: readonly ProvenOutcome[]) => installs(group) || group.some(({ status }) => status === 'failed');
  return new Set(proven.filter(may).map(label));
}

type Records = Map<Subdir, Map<PackageFileName, RepodataRecord>>;

/** The channel's records after these changes; what appears as a change that is not among them does not appear. */
function recordsAfter(
  { appear, changes: drafted }: Pick<ChannelDraft, 'appear' | 'changes'>,
  changes: readonly ChannelChange[],
  state: ChannelState,
): Records {
  const records: Records = new Map([...state].map(([subdir, { index }]) => [subdir, new Map(index)]));
  const changing = new Set(drafted.map(artifactId));
  for (const one of appear) {
    if (!changing.has(artifactId(one))) records.get(one.subdir)?.set(one.filename, one.record);
  }
  for (const { subdir, filename, record } of changes) {
    if (record === null) records.get(subdir)?.delete(filename);
    else records.get(subdir)?.set(filename, record);
  }
  return records;
}

/** What control will say of a package after these changes. */
function overridesAfter(draft: ChannelDraft, changes: readonly ChannelChange[], state: ChannelState) {
  const drafted = new Map<string, Override>();
  for (const { override, ...place } of [...draft.overrides, ...changes]) {
    if (override !== null) drafted.set(artifactId(place), override);
  }
  return (place: PackagePlace): Override =>
    drafted.get(artifactId(place)) ?? state.get(place.subdir)?.control.packages[place.filename] ?? {};
}
