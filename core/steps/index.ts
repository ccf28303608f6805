import { chunksOf } from '../byte-source.ts';
import { digestStream } from '../digest.ts';
import { GatehouseError } from '../error.ts';
import { sections } from '../forms/form.ts';
import { formProblems } from '../index/index-forms.ts';
import type { IndexElsewhere } from '../index/index-looks.ts';
import { type PublishingWorld, publishSettled } from '../index/publish-settled.ts';
import { packagesAt } from '../index/state/diff-keys.ts';
import type { IndexRoot } from '../index/state/index-root.ts';
import { subdirProblems } from '../index/subdir-problems.ts';
import type { Looking } from '../index/update-state.ts';
import type { ObjectKey } from '../layout.ts';
import type { StoredObject } from '../ports/store.ts';
import type { Log } from '../report/event.ts';
import type { Problem } from '../report/problem.ts';
import { storedDigests } from '../stored-digests.ts';
import type { Subdir } from '../subdir.ts';

/** Its `forms` say which option forms are asked for. */
export interface IndexWorld extends Omit<PublishingWorld, 'subdir' | 'digestsOf' | 'elsewhere'> {
  readonly log: Log;
  /** Who else can index packages, if anyone: with digests from the bytes, or as they were noted. */
  readonly elsewhere?: (digests: 'read' | 'noted') => IndexElsewhere;
}

export interface IndexedSubdir {
  readonly subdir: Subdir;
  /** Records in the index. */
  readonly packages: number;
  /** Of the state the index files were made from; rises whenever what they show changes. */
  readonly generation: number;
  /** Whether an index file was written. */
  readonly changed: boolean;
  readonly problems: readonly Problem[];
}

export interface IndexOptions {
  /** The packages that changed, if that is known: only they are looked at. What is no package of the subdir is ignored. */
  readonly hints?: readonly ObjectKey[];
  /** Derive every line again, believing none, with digests from the bytes and not from what was noted beside them. */
  readonly rebuild?: boolean;
}

/**
 * Brings one subdir's index files up to date with its packages, provenance and control. When nothing changed nothing is
 * written, except index files that an interrupted run left behind.
 *
 * @throws GatehouseError `store.conflict` (retry) when others kept changing the same subdir; `json.invalid` when control
 * is damaged: the index stays as it is
 */
export async function indexSubdir(
  subdir: Subdir,
  world: IndexWorld,
  { hints, rebuild = false }: IndexOptions = {},
): Promise<IndexedSubdir> {
  const only = hints && { only: packagesAt({ ...world, subdir }, hints) };
  const looking = { rebuild, distrust: false, ...only };
  const digestsOf = rebuild ? (object: StoredObject) => digestStream(chunksOf(object)) : storedDigests;
  const place = { ...world, subdir, digestsOf, elsewhere: world.elsewhere?.(rebuild ? 'read' : 'noted') };
  try {
    return await indexOnce(place, looking);
  } catch (error) {
    // Found out while the outputs were made: the round itself met no damage.
    if (!(error instanceof GatehouseError) || error.code !== 'state.damaged') throw error;
    return await indexOnce(place, { rebuild: true, distrust: true }, error.message);
  }
}

async function indexOnce(
  place: PublishingWorld & Pick<IndexWorld, 'log'>,
  looking: Looking,
  damageBefore?: string,
): Promise<IndexedSubdir> {
  const { subdir, log } = place;
  const { root, damage = damageBefore, changed } = await publishSettled(place, looking);
  const damaged = damage === undefined ? [] : [{ code: 'index.state', subject: subdir, detail: `${damage}; rebuilt` }];
  const problems = [...damaged, ...(await subdirProblems(place, root)), ...(await formProblems(place))];
  const outcome = { subdir, packages: listedIn(root), generation: root.generation, changed, problems };
  log({ type: 'index.written', subdir, packages: outcome.packages, changed });
  return outcome;
}

function listedIn(root: IndexRoot): number {
  const segments = sections.flatMap((section) => root.sections[section]);
  return segments.reduce((sum, { listed }) => sum + listed, 0);
}
