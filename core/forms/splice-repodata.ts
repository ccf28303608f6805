import { canonicalJson, compareCodePoints } from '../json.ts';
import type { PackageFileName } from '../package-file-name.ts';
import { type FormBytes, type RecordSource, sections } from './form.ts';
import { writeDocument } from './write-document.ts';

/** `repodata.json` as `repodata` gives it, copied in runs of records; and how many bytes that will be. */
export async function spliceRepodata(
  source: RecordSource,
): Promise<{ readonly bytes: FormBytes; readonly size: number }> {
  const info = { subdir: source.subdir };
  const removed: PackageFileName[] = [];
  for (const section of sections)
    for await (const filename of source.records(section).removed()) removed.push(filename);
  const rest = { removed: removed.sort(compareCodePoints), repodata_version: 1 };
  const bytes = writeDocument({ info, members: (section) => source.records(section).batches(), rest: () => rest });
  const frame = canonicalJson({ info, packages: {}, 'packages.conda': {}, ...rest });
  const sizes = sections.map((section) => Math.max(0, source.records(section).size - 1));
  return { bytes, size: sizes.reduce((sum, size) => sum + size, frame.length) };
}
