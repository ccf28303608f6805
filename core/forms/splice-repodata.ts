import { canonicalJson, compareCodePoints } from '../json.ts';
import type { PackageFileName } from '../package-file-name.ts';
import { type FormBytes, type RecordRun, type RecordSource, type Section, sections } from './form.ts';

/** `repodata.json` as `repodata` gives it, copied in runs of records; and how many bytes that will be. */
export async function spliceRepodata(
  source: RecordSource,
): Promise<{ readonly bytes: FormBytes; readonly size: number }> {
  const runs = sections.map((section) => ({ section, run: source.records(section) }));
  const removed: PackageFileName[] = [];
  for (const { run } of runs) for await (const filename of run.removed()) removed.push(filename);
  const empty = { packages: {}, 'packages.conda': {}, removed: removed.sort(compareCodePoints), repodata_version: 1 };
  const frame = canonicalJson({ info: { subdir: source.subdir }, ...empty });
  const sizes = runs.map(({ run }) => Math.max(0, run.size - 1));
  return { bytes: splice(frame, runs), size: sizes.reduce((sum, size) => sum + size, frame.length) };
}

/** The frame with each section's members put in; `info` comes first and holds neither name. */
async function* splice(frame: string, runs: readonly { section: Section; run: RecordRun }[]): FormBytes {
  let at = 0;
  for (const { section, run } of runs) {
    const opening = `"${section}":{`;
    const inside = frame.indexOf(opening) + opening.length;
    yield ascii(frame.slice(at, inside));
    yield* withoutLastComma(run.batches());
    at = inside;
  }
  yield ascii(frame.slice(at));
}

async function* withoutLastComma(batches: AsyncIterable<Uint8Array>): FormBytes {
  let held: Uint8Array | null = null;
  for await (const batch of batches) {
    if (held !== null) yield held;
    held = batch;
  }
  if (held !== null) yield held.subarray(0, -1);
}

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
