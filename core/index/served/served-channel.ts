import { createHash } from 'node:crypto';
import type { MatchSpec } from '../../names/match-spec/parse-match-spec.ts';
import { noarch, type Subdir } from '../../names/subdir.ts';
import type { ServedChannel } from '../../ports/solver.ts';
import { preferConda } from '../../record/other-format.ts';
import { narrow, narrowKey } from '../../solve/candidate-pool.ts';
import type { ProvenChannel, ProvenPlatform } from '../../solve/prove-entries.ts';
import type { ChannelStore } from '../../store/list-packages.ts';
import { eachAtOnce } from '../../store/map-in-order.ts';
import type { Narrowing, ServedName, ServedRecord } from './served-json.ts';
import { openServedRepodata, openServedSubdir, type ServedSubdir, type SubdirPlace } from './served-subdir.ts';

/**
 * The channel as clients read it, file by file, of which each request is shown what its names can reach: what a solver could
 * visit, and no more. Its id is a hash of that, so equal ids are answered alike, whatever else of the channel changed.
 *
 * A spec that says more than a solver takes is proved from `repodata.json`, without the records that it takes out.
 */
export function servedChannel({ store, channel }: ChannelStore): ProvenChannel {
  const views = {
    asClients: subdirsBy((subdir) => openServedSubdir({ store, channel, subdir })),
    byJson: subdirsBy((subdir) => openServedRepodata({ store, channel, subdir })),
  };
  return {
    async pool(on, specs) {
      const view = narrowKey(specs) === '' ? views.asClients : views.byJson;
      return reached(on, specs, [await view(on.platform), await view(noarch)]);
    },
  };
}

interface OpenSubdir extends ServedSubdir {
  readonly subdir: Subdir;
  /** What was asked for before: entries share most of their names. */
  readonly known: Map<string, ServedName>;
}

/** Opens each subdir once; of platforms the last one alone is kept, for all of it is in memory. */
function subdirsBy(open: (subdir: SubdirPlace['subdir']) => Promise<ServedSubdir>) {
  const kept = new Map<Subdir, Promise<OpenSubdir>>();
  return (subdir: Subdir): Promise<OpenSubdir> => {
    const opening = kept.get(subdir) ?? open(subdir).then((served) => ({ ...served, subdir, known: new Map() }));
    if (subdir !== noarch) for (const other of kept.keys()) if (other !== noarch) kept.delete(other);
    kept.set(subdir, opening);
    return opening;
  };
}

async function reached(
  on: ProvenPlatform,
  specs: readonly MatchSpec[],
  subdirs: readonly OpenSubdir[],
): Promise<ServedChannel> {
  const names = await namesReached(specs, subdirs);
  const digests = subdirs.map(({ digest }) => digest);
  const hash = createHash('sha256').update(
    JSON.stringify([on.platform, on.virtualPackages, digests, narrowKey(specs)]),
  );
  for (const name of names) {
    hash.update(`\n${name}`);
    for (const { known } of subdirs) hash.update(` ${known.get(name)?.digest ?? ''}`);
  }
  return {
    ...on,
    id: hash.digest('hex'),
    async read(path) {
      const slash = path.indexOf('/');
      const found = subdirs.find(({ subdir }) => subdir === path.slice(0, slash));
      return (await found?.read(path.slice(slash + 1), names, narrowing(found.subdir, specs))) ?? null;
    },
  };
}

/** conda and mamba add `pip` to what python depends on. */
const addedTo = new Map([['python', ['pip']]]);
const maxConcurrentNames = 32;

/** Every name that a solver could come to, in order: those of the specs, and those that records of such names depend on. */
async function namesReached(specs: readonly MatchSpec[], subdirs: readonly OpenSubdir[]): Promise<string[]> {
  const reached = new Set<string>(specs.map(({ name }) => name));
  let wanted = [...reached];
  while (wanted.length > 0) {
    const missing = subdirs.flatMap(({ known, named }) =>
      wanted.flatMap((name) => (known.has(name) ? [] : { known, named, name })),
    );
    const look = async ({ known, named, name }: (typeof missing)[number]) => void known.set(name, await named(name));
    await eachAtOnce(missing, maxConcurrentNames, look);
    const needs = wanted.flatMap((name) => [
      ...(addedTo.get(name) ?? []),
      ...subdirs.flatMap(({ known }) => known.get(name)?.needs ?? []),
    ]);
    wanted = [...new Set(needs)].filter((name) => !reached.has(name));
    for (const name of wanted) reached.add(name);
  }
  return [...reached].sort();
}

/** What specs that say more than a solver takes leave of a name. conda hides a `.tar.bz2` beside its `.conda` before it looks. */
function narrowing(subdir: Subdir, specs: readonly MatchSpec[]): Narrowing | undefined {
  if (narrowKey(specs) === '') return undefined;
  const placed = (named: readonly ServedRecord[]) => named.map((one) => ({ ...one, subdir, of: one }));
  return (named) => narrow(preferConda(placed(named)), specs).map(({ of }) => of);
}
