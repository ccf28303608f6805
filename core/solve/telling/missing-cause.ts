import type { Subdir } from '../../names/subdir.ts';
import { didYouMean } from '../../problems/did-you-mean.ts';
import { shownUrl } from '../../problems/shown-url.ts';
import { matchesPlaced } from '../candidate-pool.ts';
import { isOwnChannel } from '../own-names.ts';
import {
  type Cause,
  type CauseWorld,
  channelHolder,
  isAsked,
  isOfEnvironment,
  type Missing,
  platformsHint,
} from './cause.ts';
import { leftOut, leftOutLookAlike } from './left-out.ts';
import { narrowedCause } from './narrowed-cause.ts';
import type { Offer } from './offers.ts';
import { unmatchedCause } from './unmatched-cause.ts';
import { virtualCause } from './virtual-cause.ts';

/**
 * Which of its causes it is that nothing was found for a spec; null where it is another's to tell: of names that come from the
 * store alone, of what is made for the request, and where there are records that the request leaves: the gate holds those.
 */
export async function missingCause(missing: Missing, world: CauseWorld): Promise<Cause | null> {
  const { spec, request } = missing;
  if (spec.name.startsWith('__')) return virtualCause(missing, world);
  if (world.isOwn(spec.name) || request.made?.name === spec.name) return null;
  const only = request.channels.get(spec.name);
  const offers = await world.offers.of(spec.name, world.platform, only);
  const serving = only === undefined ? offers[0] : offers.find(({ channel }) => channel === only);
  if (serving === undefined) return absentCause(missing, offers, world);
  if (serving.records.some((one) => matchesPlaced(spec, one))) return narrowedCause(missing, serving);
  const others = offers.filter((offer) => offer !== serving && !isOwnChannel(offer.channel));
  return leftOut(spec, serving) ?? unmatchedCause(missing, { serving, others, isAlone: only !== undefined }, world);
}

/** No channel that counts has the name. */
async function absentCause(missing: Missing, offers: readonly Offer[], world: CauseWorld): Promise<Cause> {
  const { spec, request } = missing;
  const only = request.channels.get(spec.name);
  const [other] = offers;
  if (only !== undefined && other !== undefined) {
    const detail = `${shownUrl(only)} has no such package, and ${shownUrl(other.channel)} has`;
    return { detail, hint: `remove the channel from the ${channelHolder(missing)}` };
  }
  const names = await world.offers.names(world.platform, only);
  const left = await leftOutLookAlike(spec.name, names, world);
  if (left !== null) return left;
  const onlyFor = (there: readonly Subdir[]): Cause => ({
    detail: `it is only for ${there.join(', ')}`,
    hint: platformsHint(missing, there, world),
  });
  const platforms = await world.offers.platformsOf(spec.name, only);
  if (platforms.length > 0) return onlyFor(platforms);
  const detail = `no channel has a package of that name${forPip(missing)}`;
  // Most are slips, and for those no platform is asked that nobody has listed.
  const near = isAsked(missing) ? didYouMean(spec.name, names) : null;
  if (near !== null) return { detail, hint: `did you mean ${near}?` };
  const others = await world.offers.otherPlatformsOf(spec.name, only);
  return others.length > 0 ? onlyFor(others) : { detail, hint: nameHint(missing) };
}

/** conda and mamba add pip to python's dependencies, and nobody asked for it. */
const forPip = (missing: Missing): string =>
  missing.spec.name === 'pip' && !isAsked(missing) ? ', which conda and mamba install beside python' : '';

function nameHint(missing: Missing): string {
  const { spec, request } = missing;
  if (!isAsked(missing)) {
    const fromIndex = request.made?.closesOnIndex === false ? 'write "dependencies": "pypi" in the entry, or ' : '';
    return `${fromIndex}add a channel that has ${spec.name}`;
  }
  if (isOfEnvironment(missing)) return 'add a channel that has it, or take it out of the environment';
  return `add a channel that has it; what only PyPI has is an entry { "pypi": "${spec.name}" }`;
}
