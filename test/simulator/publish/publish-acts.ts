import { writeFileDecisions } from '../../../core/diff/write-file-decisions.ts';
import type { Reached } from '../client.ts';
import type { Actor } from '../timeline.ts';
import type { MirrorAction, PublishAction, PublishScenario } from './publish-scenario.ts';
import type { ActingWorld, Changed, PublishSystem } from './publish-system.ts';
import { at, controlOf, counted, listedOn, type PublishWatch, pages } from './publish-watch.ts';
import { mirrored, releases } from './simulated-release.ts';

export interface PublishingWorld extends Reached {
  readonly system: PublishSystem;
  readonly scenario: PublishScenario;
  readonly watch: PublishWatch;
  broken: string | null;
  onEvent: (changed: Changed) => void;
  seed(): number;
  /** How many yank at this moment, and how often anybody began to. */
  yanking: number;
  yanks: number;
}

/** How somebody who does something reaches the world. */
export interface Acting {
  readonly actor: Actor;
  reach(acting?: PublishWatch['acting']): ActingWorld;
}
export type Act = (acting: Acting) => Promise<void>;

/** Does one thing to its end, and sees that what was said of it is so. */
export async function publishAct(world: PublishingWorld, action: PublishAction, acting: Acting): Promise<void> {
  const { system, watch } = world;
  if (action.act === 'sync') return write(world, acting);
  const release = releases[action.release];
  if (release === undefined) return;
  if (action.act === 'delete') return deleteByHand(world, action, acting);
  if (action.act === 'yank' || action.act === 'undo') return yankOrUndo(world, action, acting);
  const published =
    action.act === 'publish'
      ? await system.publish(release.makes[action.make] ?? [], action.to, acting.reach())
      : await system.promote(release, acting.reach());
  counted(watch, published.length > 0 ? action.act : `${action.act} refused`);
  for (const key of published) watch.promised.add(key);
  if (action.act === 'promote') expectOnBothSides(world, published);
}

function expectOnBothSides(world: PublishingWorld, promoted: readonly string[]): void {
  const { objects, byHand } = world.watch;
  const isThere = (key: string) => byHand.has(key) || [...objects.keys()].some((each) => each === key);
  const lacking = promoted.flatMap((key) => [key, `staging/${key}`]).find((key) => !isThere(key));
  if (lacking !== undefined) world.broken ??= `P4 no lost update: ${lacking} was promoted, and is not on both sides`;
}

async function write(world: PublishingWorld, acting: Acting): Promise<void> {
  const carryOut = await world.system.plan(acting.reach());
  await world.time.wait(acting.actor, acting.actor.random() * 200);
  await carryOut();
  counted(world.watch, 'sync');
}

/** What was said to be yanked is so at that moment, unless somebody else yanked or took back meanwhile. */
async function yankOrUndo(
  world: PublishingWorld,
  { act: what, release }: Extract<PublishAction, { act: 'promote' | 'yank' | 'undo' }>,
  acting: Acting,
): Promise<void> {
  const own = releases[release];
  if (own === undefined) return;
  const reason = what === 'undo' ? null : `breaks ${Math.floor(acting.actor.random() * 2)}`;
  const began = ++world.yanks;
  const wasAlone = world.yanking === 0;
  world.yanking += 1;
  try {
    const files = await world.system.yank(own, reason, acting.reach('yank'));
    counted(world.watch, files.length > 0 ? what : `${what} of nothing`);
    if (wasAlone && began === world.yanks) expectYank(world, files, reason);
  } finally {
    world.yanking -= 1;
  }
}

function expectYank(world: PublishingWorld, files: readonly string[], reason: string | null): void {
  const said = [...world.bucket.objects].flatMap(([key, entry]) => Object.entries(controlOf(key, entry) ?? {}));
  for (const key of files) {
    const name = key.slice(key.lastIndexOf('/') + 1);
    const now = said.find(([fileName]) => fileName === name)?.[1].yank?.reason ?? null;
    if (now !== reason) world.broken ??= `P3 no lost decision: the yank of ${key} is ${now} and not ${reason}`;
  }
}

async function deleteByHand(
  world: PublishingWorld,
  { release, file, side }: Extract<PublishAction, { act: 'delete' }>,
  acting: Acting,
): Promise<void> {
  const own = releases[release]?.makes[0][file];
  if (own === undefined) return;
  const key = at(side, own.key);
  world.watch.byHand.add(key);
  if (world.bucket.objects.has(key)) counted(world.watch, 'delete');
  await world.system.remove(key, acting.reach());
}

/** More than any queue holds an event back for. */
const maxWaits = 100;

/** The wheel of an index comes, is withdrawn, and goes in order: off every page for good, and then its bytes. */
export const mirrorActs: Readonly<Record<MirrorAction, (world: PublishingWorld, acting: Acting) => Promise<void>>> = {
  async mirror({ system, watch }, acting) {
    await system.mirror(acting.reach());
    counted(watch, 'mirror');
  },
  withdraw: (_, acting) => withdraw(acting),
  async remove(world, acting) {
    await withdraw(acting);
    // By then every worker of before is done. Where the event was lost nobody takes it off its page, and its bytes stay.
    for (let waits = 0; waits === 0 || (waits < maxWaits && isListed(world.watch)); waits++) {
      await world.time.wait(acting.actor, 5000);
    }
    if (isListed(world.watch)) return;
    const { store } = acting.reach();
    await store.delete(mirrored.key);
    if (mirrored.beside !== null) await store.delete(mirrored.beside.key);
    counted(world.watch, 'remove');
  },
};

async function withdraw(acting: Acting): Promise<void> {
  const { store, clock } = acting.reach();
  const decision = { why: ['up'], withdrawn: { at: 1, reason: 'no entry needs it' } };
  await writeFileDecisions({ [mirrored.project]: { [mirrored.fileName]: decision } }, { store, clock });
}

const isListed = ({ objects }: PublishWatch): boolean =>
  [...objects].some(([key, entry]) => pages.has(key) && listedOn(key, entry).some((one) => one.key === mirrored.key));
