import type { RecordSource } from '../forms/form.ts';
import { forms } from '../forms/forms.ts';
import { spliceRepodata } from '../forms/splice-repodata.ts';
import { type ChannelName, indexKey } from '../layout.ts';
import type { IndexForm } from './publish-form.ts';

/** The forms of a subdir's index in the order they are written. */
export function indexForms(channel: ChannelName, source: RecordSource): readonly IndexForm[] {
  const { subdir } = source;
  const repodata: IndexForm = {
    key: indexKey(channel, subdir, 'repodata.json'),
    zst: indexKey(channel, subdir, 'repodata.json.zst'),
    make: () => spliceRepodata(source),
  };
  const others = forms.flatMap(({ file, written, making }): IndexForm[] => {
    if (written !== 'default' || making.from !== 'subdir') return [];
    return [{ key: indexKey(channel, subdir, file), make: () => ({ bytes: making.build(source) }) }];
  });
  return [repodata, ...others];
}
