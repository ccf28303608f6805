import type { Control, Override } from '../../core/documents/control.ts';
import { readControl } from '../../core/documents/control.ts';
import { type GateVerdict, keyOfVerdict, readVerdict, verdictSchema } from '../../core/documents/gate/verdict.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { recallKey } from '../../core/layout/gate-keys.ts';
import type { ObjectKey } from '../../core/layout/keys.ts';
import type { Metadata, Store } from '../../core/ports/store.ts';
import { clientOf } from './client.ts';
import type { Action } from './scenario.ts';
import { channel, type SimulatedPackage, subdir } from './simulated-package.ts';
import type { Actor } from './timeline.ts';
import { generationOf, outputs, rootKey, rootOf, theControl } from './watch.ts';
import { objectAt, type World } from './world.ts';

interface Producer {
  readonly world: World;
  readonly actor: Actor;
  readonly store: Store;
  readonly subject: SimulatedPackage;
}

/** A package's life: it enters, and then its script happens to it, at any pace. */
export async function produce(
  world: World,
  actor: Actor,
  { subject, script }: { subject: SimulatedPackage; script: readonly Action[] },
): Promise<void> {
  const producer = { world, actor, store: clientOf(world, actor), subject };
  for (const action of ['put', ...script] as const) {
    await world.time.wait(actor, actor.random() * (actor.random() < 0.5 ? 20 : 400));
    await acts[action](producer);
    if (action === 'remove') return;
  }
}

/** One act alone, to its end. */
export async function act(world: World, subject: SimulatedPackage, action: Action): Promise<void> {
  world.time.start(world.seed(), (actor) => acts[action]({ world, actor, store: clientOf(world, actor), subject }));
  await world.time.run(() => false);
}

const acts: Readonly<Record<Action, (producer: Producer) => Promise<void>>> = {
  async put({ store, subject }) {
    const { provenance, verdict } = subject;
    if (provenance && verdict) await keepVerdict(store, subject, (there) => there ?? verdict);
    if (provenance) await store.put(provenance.key, provenance.bytes, { absent: true });
    await create(store, subject.key, subject);
  },
  delete: ({ store, subject }) => store.delete(subject.key),
  impostor: ({ store, subject }) => create(store, subject.key, subject.impostor),
  withdraw: (producer) => decide(producer, (decision) => ({ ...decision, withdrawn: { at: 1, reason: 'asked' } })),
  reinstate: (producer) => decide(producer, ({ withdrawn: _, ...decision }) => decision),
  change: (producer) => {
    const { actor, subject } = producer;
    const record = { ...subject.record, depends: [`other >=${Math.floor(actor.random() * 9)}`] };
    return decide(producer, (decision) => ({ ...decision, record }));
  },
  recall: (producer) => recall(producer, false),
  release: (producer) => recall(producer, true),
  async remove(producer) {
    const { world, actor, store, subject } = producer;
    await acts.withdraw(producer);
    for (let looks = 0; looks < 40; looks++) {
      await world.time.wait(actor, 100);
      if (!isOut(world)) continue;
      // Where tags come back an output may too (R4), so the bytes are kept until no worker of today is left.
      if (world.scenario.etags === 'bytes') await world.time.wait(actor, 20_000);
      world.watch.gone.add(subject.filename);
      return store.delete(subject.key);
    }
  },
};

/** The root was made under the control of now, and every output is as new as the root. */
function isOut(world: World): boolean {
  const entry = objectAt(world, rootKey);
  const root = entry && rootOf(entry);
  if (!root || root.control !== objectAt(world, theControl)?.etag) return false;
  return outputs.every((key) => {
    const output = objectAt(world, key);
    return output !== undefined && generationOf(output) >= root.generation;
  });
}

/** The recall first: whoever judges meanwhile sees it, or is followed by the verdict that turned bad. */
async function recall({ store, subject }: Producer, ended: boolean): Promise<void> {
  const { verdict, filename } = subject;
  if (verdict === null) return;
  const recalled = {
    version: 1,
    ids: [verdict.id],
    at: 1,
    reason: 'turned bad',
    check: 'C3',
    ...(ended && { endedAt: 2 }),
  };
  const firing = { code: 'R1.recalled', verdict: 'reject', detail: 'recalled on 1970-01-01: turned bad' } as const;
  const bad = {
    ...verdict,
    verdict: 'reject',
    checks: [...verdict.checks, { id: 'R1', version: 1, firings: [firing] }],
  };
  await store.put(recallKey(verdict.sha256), Buffer.from(canonicalJson(recalled)));
  await keepVerdict(store, subject, () => (ended ? verdict : verdictSchema.parse(bad)));
  await decide({ store, subject }, ({ recalled: _, ...decision }) =>
    ended ? decision : { ...decision, recalled: { at: 1, reason: filename } },
  );
}

async function keepVerdict(
  store: Store,
  { verdict }: SimulatedPackage,
  make: (there: GateVerdict | null) => GateVerdict,
): Promise<void> {
  for (;;) {
    if (verdict === null) return;
    const there = await readVerdict(store, verdict.id, verdict.sha256).catch(() => undefined);
    if (there === undefined) continue;
    const bytes = Buffer.from(canonicalJson(make(there?.value ?? null)));
    const condition = there === null ? { absent: true as const } : { etag: there.etag };
    if ((await store.put(keyOfVerdict(verdict.id, verdict.sha256), bytes, condition)).status === 'written') return;
  }
}

async function create(store: Store, key: ObjectKey, { bytes, metadata }: { bytes: Uint8Array; metadata: Metadata }) {
  await using staged = await store.stage();
  await staged.write(bytes);
  await staged.publish(key, metadata);
}

async function decide(
  { store, subject }: Pick<Producer, 'store' | 'subject'>,
  make: (decision: Override) => Override,
): Promise<void> {
  for (;;) {
    const read = await readControl(store, channel, subdir).catch(() => null);
    if (read === null) continue;
    const { control, etag } = read;
    const decision = make(control.packages[subject.filename] ?? {});
    const next: Control = { ...control, packages: { ...control.packages, [subject.filename]: decision } };
    const outcome = await store.put(
      theControl,
      Buffer.from(canonicalJson(next)),
      etag === null ? { absent: true } : { etag },
    );
    if (outcome.status === 'written') return;
  }
}
