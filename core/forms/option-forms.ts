import { type ChannelName, indexKey, type ObjectKey } from '../layout.ts';
import type { Subdir } from '../subdir.ts';

/** The index files that are written only where an organisation asks for them; forms.ts says who reads each. */
export const optionForms = ['repodata_shards.msgpack.zst', 'repodata.json.bz2', 'repodata_from_packages.json'] as const;
export type OptionForm = (typeof optionForms)[number];

/**
 * The index files of a subdir that nobody asks for: what is there all the same is kept up to date, since clients believe
 * it, until it is deleted. The shard index goes before its shards.
 */
export function unaskedFormKeys(
  { channel, subdir }: { readonly channel: ChannelName; readonly subdir: Subdir },
  asked: ReadonlySet<OptionForm>,
): ObjectKey[] {
  return optionForms.filter((file) => !asked.has(file)).map((file) => indexKey(channel, subdir, file));
}
