import type { Allowlist } from '../../documents/allowlist/parse-allowlist.ts';
import { defaultPolicy } from '../../documents/gate/policy.ts';
import type { ChannelName } from '../../layout/keys.ts';
import type { NamedBytes } from '../../layout/named-bytes.ts';
import { type Side, sides } from '../../layout/sides.ts';
import type { LedgerEntry } from '../../ledger/ledger-entry.ts';
import { readLedger } from '../../ledger/read-ledger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { didYouMean } from '../../problems/did-you-mean.ts';
import { stagingStore } from '../../store/staging-store.ts';
import { fileEvidence } from '../../why/file-evidence.ts';
import { type AskedName, knownFiles } from '../../why/known-files.ts';
import { listedFiles } from '../../why/listed-files.ts';
import { fileStates, type WhyFile } from '../../why/why-file.ts';

export interface WhyWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly clock: Pick<Clock, 'now'>;
  /** Null where the store was never synced: then the gate's defaults count. */
  readonly allowlist: Allowlist | null;
}

export interface WhyReport {
  /** The worst first. */
  readonly files: readonly WhyFile[];
  /** Versions of the name that are known, where the asked one is not. */
  readonly versions: readonly string[];
  /** A name that may be meant, where nothing is known of the asked one. */
  readonly near: string | null;
}

/**
 * What is known of every file of a name, and how it came to it: who asked for it, where it is from, what each check found,
 * what was waived, what holds it and until when, on both sides of the store. Changes nothing.
 */
export async function why(asked: AskedName, world: WhyWorld): Promise<WhyReport> {
  const found = await Promise.all(sides.map((side) => whyOn(side, asked, world)));
  const files = found.flatMap((one) => one.files).sort(byState);
  const versions = new Set(found.flatMap((one) => [...one.versions]));
  const names = new Set(found.flatMap((one) => [...one.names]));
  const isKnown = versions.size > 0;
  return { files, versions: [...versions].sort(), near: isKnown ? null : didYouMean(asked.name, names) };
}

async function whyOn(side: Side, asked: AskedName, { allowlist, clock, ...world }: WhyWorld) {
  const store = side === 'channel' ? world.store : stagingStore(world.store);
  const known = await knownFiles(asked, allowlist?.condaNames ?? new Map(), store);
  const entries = known.files.length === 0 ? new Map<string, LedgerEntry[]>() : await entriesOf(known.files, store);
  const evidence = {
    ...{ ...world, store, side, now: clock.now(), policy: allowlist?.policy ?? defaultPolicy },
    isListed: listedFiles(store, world.channel),
    ledgerOf: ({ id, sha256 }: NamedBytes) =>
      (entries.get(sha256) ?? []).filter((entry) => entry.event !== 'judged' || entry.id === id),
  };
  const files: WhyFile[] = [];
  for (const bytes of known.files) files.push(await fileEvidence(bytes, evidence));
  return { ...known, files };
}

/** The entries of the ledger about some bytes, under these names. */
async function entriesOf(files: readonly NamedBytes[], store: Store): Promise<Map<string, LedgerEntry[]>> {
  const found = new Map<string, LedgerEntry[]>(files.map(({ sha256 }) => [sha256, []]));
  for await (const { entry } of readLedger(store)) {
    if (!(entry instanceof Error)) found.get(entry.sha256)?.push(entry);
  }
  return found;
}

const byState = (a: WhyFile, b: WhyFile): number =>
  fileStates.indexOf(a.state) - fileStates.indexOf(b.state) || (a.id < b.id ? -1 : 1);
