import type { ExtraName } from '../../names/project-name.ts';
import { parseRequirement, type Requirement } from '../../names/requirement/parse-requirement.ts';
import type { WheelTarget } from '../../names/wheel-fits.ts';
import type { Clock } from '../../ports/clock.ts';
import { GatehouseError } from '../../problems/error.ts';
import { admitted, candidatesOf, type PipRelease } from '../../resolve/candidates.ts';
import { dependenciesOf } from '../../resolve/dependencies.ts';
import type { PipIndex } from '../../resolve/pip-index.ts';
import { type Resolution, resolve } from '../../resolve/resolve.ts';
import { virtualPackagesFor, wheelTargets } from '../../solve/virtual-packages.ts';
import { makeOnce } from '../../upstream/make-once.ts';
import { findLacking } from './find-lacking.ts';
import type { OwnChannel } from './own-channel.ts';
import type { PagedWheel } from './own-pages.ts';
import { type OfferedWheel, pageOf } from './packages-of-wheel.ts';
import { type Lack, tellLacking, type Verdict } from './tell-lacking.ts';

/**
 * Works out for each wheel that is offered whether pip installs this very file on some platform with some python, from our
 * own pages with all that is offered beside it.
 *
 * @param own opened with what is offered
 * @param clock lets others have a turn between two targets: one may take half a second of a server's only thread
 */
export async function pipInstalls(
  offered: readonly OfferedWheel[],
  own: OwnChannel,
  clock: Pick<Clock, 'sleep'>,
): Promise<ReadonlyMap<OfferedWheel, Verdict>> {
  const targets = await targetsOf(own);
  const verdicts = new Map<OfferedWheel, Verdict>();
  for (const of of offered) {
    const page = pageOf(of);
    verdicts.set(of, await installsSomewhere(page, targets, { own, clock, index: alone(page, own.pages) }));
  }
  return verdicts;
}

/** Where neither the allowlist nor the channel tells of a python: those from 3.6 on, with which pip 21.3 still runs, and more than there will be for long. */
const anyMinor = Array.from({ length: 35 }, (_, place) => `3.${place + 6}`);

async function targetsOf({ allowlist, names }: OwnChannel): Promise<WheelTarget[]> {
  const told = await names.pythons();
  const { platforms, virtualPackages } = allowlist;
  return platforms.flatMap((platform) =>
    wheelTargets(platform, virtualPackagesFor(platform, virtualPackages[platform]), told.length > 0 ? told : anyMinor),
  );
}

/** Of its project there is this file alone. */
const alone = ({ project, file, metadata }: PagedWheel, index: PipIndex): PipIndex => ({
  files: async (asked) => (asked === project ? [file] : index.files(asked)),
  metadata: async (asked) => (asked === file ? metadata : index.metadata(asked)),
});

interface PipScene {
  readonly own: OwnChannel;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly index: PipIndex;
}

async function installsSomewhere(
  wheel: PagedWheel,
  targets: readonly WheelTarget[],
  scene: PipScene,
): Promise<Verdict> {
  const { project, file } = wheel;
  const fitting = targets.flatMap((target) =>
    candidatesOf(project, [file], target).releases.map((release) => ({ target, release })),
  );
  const root = rootOf(wheel);
  let explanation = 'it is for none of the platforms and pythons of the allowlist';
  for (const { target } of fitting) {
    const resolution = await tryResolve(root, target, scene.index);
    if (resolution.ok) return { installs: true };
    await scene.clock.sleep(0);
    explanation = resolution.explanation;
  }
  const [first] = fitting;
  const lacks = first === undefined ? [] : await lacksOf(first.release, first.target, scene);
  if (lacks.length > 0) return { installs: false, reason: tellLacking('pip', lacks, scene.own.allowlist) };
  const detail = `pip cannot install it from here: ${explanation}`;
  return { installs: false, reason: { code: 'publish.lacking', detail } };
}

/** A page of our own may tell of what is damaged: pip fails there. */
async function tryResolve(root: Requirement, target: WheelTarget, index: PipIndex): Promise<Resolution> {
  try {
    return await resolve([root], target, index);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'state.damaged') throw error;
    return { ok: false, explanation: error.message };
  }
}

function rootOf({ project, metadata }: PagedWheel): Requirement {
  const read = parseRequirement(`${project}==${metadata.version.text}`);
  if (!read.ok) throw new TypeError(`not a requirement: ${project} ${metadata.version.text}`);
  return read.requirement;
}

/** A requirement, or why one that has them cannot be taken at all. */
interface PipWant {
  readonly name: string;
  readonly by: string;
  readonly requirement: Requirement | null;
}

interface PipOption {
  readonly release: PipRelease;
  readonly extras: readonly ExtraName[];
}

/** Of each project the newest releases: older ones lack mostly the same, and each is read. */
const maxReleasesLookedAt = 20;
/** Of all projects; from then on the newest of each: 900 requirements on releases of 1,000 each took five seconds. */
const maxOptionsLookedAt = 1000;

async function lacksOf(root: PipRelease, target: WheelTarget, { own, index }: PipScene): Promise<Lack[]> {
  const readOnce = new Map<string, Promise<PipWant[]>>();
  // Each of 1,000 requirements may let in the same 20 releases, of 1,000 requirements each.
  const wantsOf = ({ release, extras }: PipOption): Promise<PipWant[]> => {
    const option = `${release.project} ${release.version.text} ${extras.join()}`;
    return makeOnce(readOnce, option, () => readWants({ release, extras }));
  };
  const readWants = async ({ release, extras }: PipOption): Promise<PipWant[]> => {
    const by = `${release.project} ${release.version.text}`;
    const read = await dependenciesOf(release, new Set(extras), { target, index });
    if (typeof read === 'string') return [{ name: `${by} ${read}`, by, requirement: null }];
    return read.requirements.map((requirement) => ({ name: nameOf(requirement), by, requirement }));
  };
  let lookedAt = 0;
  const optionsFor = async ({ requirement }: PipWant): Promise<PipOption[]> => {
    const files = requirement && (await index.files(requirement.project));
    if (requirement === null || files === null) return [];
    const { releases } = candidatesOf(requirement.project, files, target);
    const most = lookedAt < maxOptionsLookedAt ? maxReleasesLookedAt : 1;
    const fitting = admitted(releases, [requirement.specifier]).slice(0, most);
    lookedAt += fitting.length;
    return fitting.map((release) => ({ release, extras: requirement.extras }));
  };
  const supply = { nameOf: ({ name }: PipWant) => name, optionsFor, wantsOf };
  const lacking = await findLacking(await wantsOf({ release: root, extras: [] }), supply);
  return Promise.all(
    lacking.flatMap(({ requirement, by }) => (requirement === null ? [] : [lackOf(requirement, by, own)])),
  );
}

const nameOf = ({ project, extras, specifier }: Requirement): string =>
  `${project}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${specifier.text}`;

async function lackOf(requirement: Requirement, by: string, own: OwnChannel): Promise<Lack> {
  const { project, specifier } = requirement;
  const line = `{ "pypi": ${JSON.stringify(specifier.text === '' ? project : `${project} ${specifier.text}`)} }`;
  const told = await own.names.evidenceOf(project, specifier);
  const isOther = typeof told === 'string' && told !== project;
  const lack = { name: project, text: nameOf(requirement), by, why: 'which our pages do not have', line };
  return isOther && !own.allowlist.condaNames.has(project) ? { ...lack, condaName: [project, told] } : lack;
}
