import { readControl } from '../documents/control.ts';
import type { Policy } from '../documents/gate/policy.ts';
import { readRecall } from '../documents/gate/recalled.ts';
import { type GateVerdict, isPassing, readVerdict } from '../documents/gate/verdict.ts';
import { readProjectControl } from '../documents/simple/project-control.ts';
import { proposedWaivers } from '../gate/door/proposed-waivers.ts';
import { type Settled, settledNow } from '../gate/settle.ts';
import { type ChannelName, objectKeySchema } from '../layout/keys.ts';
import { type NamedBytes, placeById } from '../layout/named-bytes.ts';
import type { Side } from '../layout/sides.ts';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { Store } from '../ports/store.ts';
import { isDamaged } from '../store/read-json-object.ts';
import { fileSource } from './file-source.ts';
import type { FileState, WhyFile } from './why-file.ts';

export interface EvidenceWorld {
  readonly store: Store;
  readonly channel: ChannelName;
  readonly side: Side;
  readonly policy: Policy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly isListed: (bytes: NamedBytes) => Promise<boolean>;
  readonly ledgerOf: (bytes: NamedBytes) => readonly LedgerEntry[];
}

/** All that the store knows of one file's bytes, put together. What cannot be read is told, and costs only itself. */
export async function fileEvidence(bytes: NamedBytes, world: EvidenceWorld): Promise<WhyFile> {
  const { store, policy, now, side } = world;
  const damaged: string[] = [];
  const read = <T>(reading: Promise<T>, otherwise: T) => unlessDamaged(reading, otherwise, damaged);
  const verdict = await read(readVerdict(store, bytes.id, bytes.sha256).then(documentIn), null);
  const recall = await read(readRecall(store, bytes.sha256).then(documentIn), null);
  const source = await read(fileSource(bytes, verdict, world), null);
  const said = await read(decisionOf(bytes, world), {});
  const settled = verdict && settledNow(verdict, policy, now);
  const isRecalled = recall !== null && recall.endedAt === undefined;
  return {
    ...bytes,
    side,
    state: isRecalled ? 'recalled' : await stateOf(bytes, { verdict, settled, said }, world),
    now: settled,
    until: settled && endOf(settled),
    waiversToWrite: settled === null ? [] : proposedWaivers(settled.telling, bytes.sha256, now),
    verdict,
    source,
    needed: said.why ?? [],
    keptOut: said.withdrawn?.reason ?? said.yank?.reason ?? null,
    recall,
    damaged,
    ledger: world.ledgerOf(bytes),
  };
}

const documentIn = <T>(read: { readonly value: T } | null): T | null => read?.value ?? null;

/** What control says of a file, as far as it is the same of a package and of a file for pip. */
interface Decision {
  readonly why?: readonly string[] | undefined;
  readonly withdrawn?: { readonly reason: string } | undefined;
  readonly yank?: { readonly reason: string } | undefined;
}

async function decisionOf({ id }: NamedBytes, { store, channel }: EvidenceWorld): Promise<Decision> {
  const place = placeById(id);
  if (place.kind === 'package') {
    return (await readControl(store, channel, place.subdir)).control.packages[place.filename] ?? {};
  }
  if (place.kind !== 'file') return {};
  return (await readProjectControl(store, place.project)).control.files[place.fileName] ?? {};
}

interface Found {
  readonly verdict: GateVerdict | null;
  readonly settled: Settled | null;
  readonly said: Decision;
}

async function stateOf(bytes: NamedBytes, { settled, said }: Found, world: EvidenceWorld): Promise<FileState> {
  if (await world.isListed(bytes)) return 'served';
  if (settled?.verdict === 'reject') return 'rejected';
  if (settled !== null && !isPassing(settled)) return 'held';
  if (said.withdrawn !== undefined) return 'withdrawn';
  if (said.yank !== undefined) return 'yanked';
  const { id } = bytes;
  const key = objectKeySchema.parse(id.startsWith('simple/') ? id : `${world.channel}/${id}`);
  return (await world.store.get(key)) === null ? 'gone' : 'unlisted';
}

/** When the last of what holds it ends by itself. */
function endOf({ verdict, telling }: Settled): number | null {
  const holding = telling.filter((firing) => firing.verdict !== 'warn');
  if (verdict !== 'hold' || holding.some(({ until }) => until === undefined)) return null;
  return Math.max(...holding.map(({ until }) => until ?? 0));
}

async function unlessDamaged<T>(reading: Promise<T>, otherwise: T, damaged: string[]): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    damaged.push(error.message);
    return otherwise;
  }
}
