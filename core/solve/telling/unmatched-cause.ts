import { type MatchSpec, parseMatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { noFields } from '../../names/match-spec/spec-fields.ts';
import type { Subdir } from '../../names/subdir.ts';
import { compareVersionTexts, newestOf } from '../../names/version/version-texts.ts';
import { shownUrl } from '../../problems/shown-url.ts';
import type { UpstreamRecord } from '../../upstream/accept-records.ts';
import { matchesPlaced } from '../candidate-pool.ts';
import {
  type Cause,
  type CauseWorld,
  channelHolder,
  entryLine,
  isAsked,
  isOfEnvironment,
  type Missing,
  platformsHint,
} from './cause.ts';
import type { Offer } from './offers.ts';

interface Served {
  /** The channel that counts. */
  readonly serving: Offer;
  /** Those that it hides. */
  readonly others: readonly Offer[];
  /** Whether the entry takes the name from that channel alone. */
  readonly isAlone: boolean;
}

/** The channel that counts has the name, and no record of it that the spec takes. */
export async function unmatchedCause(missing: Missing, served: Served, world: CauseWorld): Promise<Cause> {
  return (
    hiddenCause(missing, served, world) ??
    exactCause(missing, served.serving) ??
    buildCause(missing, served.serving) ??
    fileCause(missing, served.serving) ??
    (await elsewhereCause(missing, world)) ??
    versionCause(missing, served.serving)
  );
}

const matching = (spec: MatchSpec, records: readonly UpstreamRecord[]) =>
  records.filter((one) => matchesPlaced(spec, one));
const versionsOf = (records: readonly UpstreamRecord[]): string[] => [
  ...new Set(records.map(({ record }) => record.version)),
];

function hiddenCause(missing: Missing, { serving, others, isAlone }: Served, world: CauseWorld): Cause | null {
  const { spec } = missing;
  const hidden = others.find(({ records }) => matching(spec, records).length > 0);
  if (hidden === undefined) return null;
  const [channel, first] = [shownUrl(hidden.channel), shownUrl(serving.channel)];
  const has = `${channel} has ${spec.name} ${newestOf(versionsOf(matching(spec, hidden.records)))}`;
  if (isAlone)
    return {
      detail: `${has}, and the entry takes it of ${first}`,
      hint: `remove the channel from the ${channelHolder(missing)}`,
    };
  const line = lineFrom(hidden.channel, missing, world);
  const hint = line === null ? `write ${channel} before ${first} in "channels"` : `take it from there: ${line}`;
  return { detail: `${has}, hidden since ${first} comes first`, hint };
}

/** What to write to have a name from a channel; null where no line of the allowlist can say it. */
function lineFrom(channel: string, missing: Missing, world: CauseWorld): string | null {
  const { spec, request } = missing;
  if (!isOfEnvironment(missing)) {
    return request.specs[0]?.name === spec.name ? entryLine(missing, world, { channel }) : null;
  }
  const asked = request.specs.find(({ name }) => name === spec.name);
  const parsed = parseMatchSpec(`${channel}::${asked?.text.trim()}`);
  // The last part of a channel may be read as a subdir, and a spec may have a place already.
  return parsed.ok && parsed.spec.channel === channel ? JSON.stringify(parsed.spec.text) : null;
}

/** `numpy=1=*_0` asks for version 1 exactly, as CEP 29 has it before a build, and not for 1.2. */
function exactCause(missing: Missing, { records }: Offer): Cause | null {
  const { name, version, build } = missing.spec;
  if (version?.term.op !== '==' || build === null) return null;
  const { text } = version.term.version;
  const loose = parseMatchSpec(`${name}=${text}.*=${build}`);
  const meant = loose.ok ? matching(loose.spec, records) : [];
  if (meant.length === 0) return null;
  const detail = `before a build, ${text} is that version alone, and there is ${newestOf(versionsOf(meant))}`;
  return { detail, hint: isAsked(missing) ? `write ${name}=${text}.*=${build}` : undefined };
}

function buildCause(missing: Missing, { records }: Offer): Cause | null {
  const { name, text, version, build } = missing.spec;
  if (build === null) return null;
  const versions = matching({ ...noFields, name, text, version }, records);
  if (versions.length === 0 || matching({ ...noFields, name, text, version, build }, versions).length > 0) return null;
  const newest = newestOf(versionsOf(versions));
  const builds = versions.filter(({ record }) => record.version === newest).map(({ record }) => record.build);
  return {
    detail: `of ${newest} there are the builds ${listed([...new Set(builds)].sort())}`,
    hint: isAsked(missing) ? 'ask for one of them, or for none' : undefined,
  };
}

/** What a spec may say of a file beside version and build, by its key in brackets (CEP 29). */
const fileKeys = {
  build_number: 'buildNumber',
  subdir: 'subdir',
  fn: 'fileName',
  url: 'url',
  license: 'license',
  track_features: 'trackFeatures',
  md5: 'md5',
  sha256: 'sha256',
} as const;

/** The version and build are there, and no file of them is as the spec says it. */
function fileCause(missing: Missing, { records }: Offer): Cause | null {
  const { spec } = missing;
  const { name, text, version, build } = spec;
  const plain = { ...noFields, name, text, version, build };
  const builds = matching(plain, records);
  const said = Object.entries(fileKeys).filter(([, field]) => spec[field] !== null);
  if (builds.length === 0 || said.length === 0) return null;
  const unmet = said.filter(([, field]) => matching({ ...plain, [field]: spec[field] }, builds).length === 0);
  const told = unmet.length === 0 ? said : unmet;
  const wanted = told.map(([key, field]) => `${key} ${spec[field]}`).join(', ');
  const hint = `take ${told.map(([key]) => key).join(', ')} out of the spec, or ask for what is there`;
  return {
    detail: `${newestOf(versionsOf(builds))} is there, and no file with ${wanted}`,
    hint: isAsked(missing) ? hint : undefined,
  };
}

/** Another platform of the allowlist has it. */
async function elsewhereCause(missing: Missing, world: CauseWorld): Promise<Cause | null> {
  const { spec, request } = missing;
  const others = world.platforms.filter((platform) => platform !== world.platform);
  const only = request.channels.get(spec.name);
  const offersThere = (all: readonly Offer[]) =>
    only === undefined ? all.slice(0, 1) : all.filter(({ channel }) => channel === only);
  const has = async (platform: Subdir) =>
    offersThere(await world.offers.of(spec.name, platform, only)).flatMap(({ records }) => matching(spec, records));
  const found = await Promise.all(others.map(has));
  const there = others.filter((_, i) => (found[i] ?? []).length > 0);
  if (there.length === 0) return null;
  const version = newestOf(versionsOf(found.flat()));
  return { detail: `${version} is only for ${there.join(', ')}`, hint: platformsHint(missing, there, world) };
}

/** So many versions or builds are named. */
const maxNamed = 5;

const listed = (texts: readonly string[]): string =>
  texts.length > maxNamed
    ? `${texts.slice(0, maxNamed).join(', ')} and ${texts.length - maxNamed} more`
    : texts.join(', ');

function versionCause(missing: Missing, { channel, records }: Offer): Cause {
  const versions = versionsOf(records).sort((a, b) => compareVersionTexts(b, a));
  if (versions.length === 0) return { detail: `${shownUrl(channel)} has no file of it that is not withdrawn` };
  const hint = isAsked(missing) ? 'ask for a version that is there' : undefined;
  return { detail: `no such version is there, but ${listed(versions)}`, hint };
}
