import { decodeBzip2 } from '../archive/bzip2/decode-bzip2.ts';
import { type ByteSource, chunksOf } from '../byte-source.ts';
import { GatehouseError } from '../error.ts';
import type { FormSource } from '../forms/form.ts';
import { type OptionForm, optionForms } from '../forms/option-forms.ts';
import { repodata } from '../forms/repodata.ts';
import { repodataFromPackages } from '../forms/repodata-from-packages.ts';
import { indexKey, type ObjectKey } from '../layout.ts';
import type { Damage } from './damage.ts';
import { compare, type FormsWorld, formBytes, isExactly, type VerifiedForms, verifyForm } from './verify-forms.ts';
import { verifyShards } from './verify-shards.ts';

export interface OptionFormsWorld extends FormsWorld {
  /** Those asked for: they must be there. The others are held against the state where they are. */
  readonly forms?: ReadonlySet<OptionForm> | undefined;
}

/** The option forms that are asked for or there: clients believe what is there, whoever asked for it once. */
export async function verifyOptionForms(source: FormSource, world: OptionFormsWorld): Promise<VerifiedForms> {
  let checked = 0;
  const problems: Damage[] = [];
  for (const file of optionForms) {
    const key = indexKey(world.channel, source.subdir, file);
    if (!world.forms?.has(file) && (await world.store.get(key)) === null) continue;
    const verified = await verifiers[file](key, source, world);
    checked += verified.checked;
    problems.push(...verified.problems);
  }
  return { checked, problems };
}

type Verifier = (key: ObjectKey, source: FormSource, world: FormsWorld) => Promise<VerifiedForms>;
const unknown: VerifiedForms = { checked: 0, problems: [] };

const verifiers: Readonly<Record<OptionForm, Verifier>> = {
  'repodata_shards.msgpack.zst': async (_, source, world) => (world.whole ? verifyShards(source, world) : unknown),
  'repodata.json.bz2': async (key, source, { store }) => ({
    checked: 1,
    problems: await compare(store, key, { ...asBzip2, expected: await formBytes(repodata(source)) }),
  }),
  'repodata_from_packages.json': async (key, source, { store, whole }) =>
    whole
      ? { checked: 1, problems: await verifyForm(store, key, await formBytes(repodataFromPackages(source))) }
      : unknown,
};

const asBzip2 = {
  wrong: { code: 'verify.index-form', detail: 'is not one bzip2 stream of what repodata.json must be' },
  holds: unzipsTo,
} as const;

/** One stream, and nothing behind it: some old readers see the first alone. */
async function unzipsTo(object: ByteSource, expected: Uint8Array): Promise<boolean> {
  try {
    let isOdd = false;
    const decoded = decodeBzip2(
      chunksOf(object),
      () => {},
      () => {
        isOdd = true;
      },
    );
    return (await isExactly(decoded, expected)) && !isOdd;
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'package.refused') return false;
    throw error;
  }
}
