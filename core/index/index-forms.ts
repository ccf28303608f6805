import { Buffer } from 'node:buffer';
import type { FormBytes, RecordSource } from '../forms/form.ts';
import { type Form, forms } from '../forms/forms.ts';
import { type OptionForm, optionForms } from '../forms/option-forms.ts';
import { spliceRepodata } from '../forms/splice-repodata.ts';
import { indexKey } from '../layout.ts';
import type { Log } from '../report/event.ts';
import type { Problem } from '../report/problem.ts';
import { once } from '../upstream/read-body.ts';
import type { IndexForm } from './publish-form.ts';
import { makeShardIndex } from './shards/make-shard-index.ts';
import type { PutShardsWorld } from './shards/put-shards.ts';
import type { IndexRoot, StatePlace } from './state/index-root.ts';
import { stateSource } from './state/state-source.ts';

export interface FormsWorld extends PutShardsWorld {
  /** The option forms that are asked for; none without it. */
  readonly forms?: ReadonlySet<OptionForm>;
  /** One bzip2 stream of the bytes; a world without it leaves `repodata.json.bz2` as it is, and says so. */
  readonly bzip2?: (bytes: Uint8Array) => Promise<Uint8Array>;
  readonly log?: Log;
}

/**
 * The option forms that an index run writes: those asked for, and those that are there all the same. Clients prefer
 * shards to all else and compare nothing, so what is served must never go stale, whoever turned its option off.
 */
export async function wantedForms({ store, channel, subdir, forms: asked }: FormsWorld): Promise<Set<string>> {
  const wanted = new Set<string>(asked);
  const isThere = async (file: OptionForm) => (await store.get(indexKey(channel, subdir, file))) !== null;
  const others = optionForms.filter((file) => !wanted.has(file));
  const there = await Promise.all(others.map(isThere));
  for (const [at, file] of others.entries()) if (there[at]) wanted.add(file);
  return wanted;
}

/** The forms of a subdir's index in the order they are written. */
export function indexForms(world: FormsWorld, root: IndexRoot, wanted: ReadonlySet<string>): readonly IndexForm[] {
  const source = stateSource(world, root);
  const included = forms.filter(({ file, written }) => written !== 'option' || wanted.has(file));
  return included.flatMap((form) => {
    const make = makerOf(form, { world, root, source });
    if (make === null) return [];
    const key = keyOf(world, form.file);
    // One pass over repodata.json makes both.
    return form.file === 'repodata.json' ? [{ key, zst: keyOf(world, `${form.file}.zst`), make }] : [{ key, make }];
  });
}

const bzip2Form = 'repodata.json.bz2' satisfies OptionForm;

const keyOf = ({ channel, subdir }: StatePlace, file: string) => indexKey(channel, subdir, file);

interface Making {
  readonly world: FormsWorld;
  readonly root: IndexRoot;
  readonly source: RecordSource;
}

/** Null for a form that is made with another, or of the whole channel. */
function makerOf({ file, making }: Form, { world, root, source }: Making): IndexForm['make'] | null {
  if (file === 'repodata.json') return () => spliceRepodata(source);
  if (making.from === 'subdir') return () => ({ bytes: making.build(source) });
  if (making.from === 'shards') return async () => ({ bytes: once(await makeShardIndex(world, root)) });
  const { bzip2 } = world;
  if (making.from !== 'form' || making.by !== 'bzip2' || bzip2 === undefined) return null;
  return async () => ({ bytes: await bzip2Of({ ...world, bzip2 }, source) });
}

/** What is wanted and cannot be made here. */
export async function formProblems(world: FormsWorld): Promise<Problem[]> {
  if (world.bzip2 !== undefined) return [];
  const subject = keyOf(world, bzip2Form);
  if (!world.forms?.has(bzip2Form) && (await world.store.get(subject)) === null) return [];
  return [{ code: 'index.form', subject, detail: 'cannot be brought up to date here, for want of a bzip2 thread' }];
}

type CompressingWorld = FormsWorld & Required<Pick<FormsWorld, 'bzip2'>>;

async function bzip2Of({ log, bzip2, ...place }: CompressingWorld, source: RecordSource): Promise<FormBytes> {
  const key = keyOf(place, bzip2Form);
  const { bytes, size } = await spliceRepodata(source);
  log?.({ type: 'index.compressing', key, size });
  const plain: Uint8Array[] = [];
  for await (const slice of bytes) plain.push(slice);
  return once(await bzip2(Buffer.concat(plain)));
}
