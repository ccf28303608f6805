import { isPassing, keyOfVerdict } from '../../core/documents/gate/verdict.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { objectKeySchema } from '../../core/layout/keys.ts';
import {
  generationOf,
  isIndexFile,
  listedIn,
  outputs,
  rootKey,
  rootOf,
  type Shown,
  shardIndexKey,
  shardsOf,
  shouldBeListed,
  shownBy,
  verdictOf,
  type Watch,
} from './watch.ts';

/** Asked when every message was handled to its end: what does not hold, in a sentence. */
type RestInvariant = (watch: Watch) => string | null;

function* shownNow(watch: Watch): Generator<[string, Shown | null]> {
  for (const key of outputs) {
    const entry = watch.objects.get(key);
    yield [key, entry === undefined ? null : shownBy(watch, key, entry)];
  }
}

/** Every package that is there and not withdrawn is listed, with the record that control gave it last. */
const nothingLost: RestInvariant = (watch) => {
  const wanted = watch.packages.filter((each) => shouldBeListed(watch, each));
  for (const [key, shown] of shownNow(watch)) {
    for (const { filename, record } of wanted) {
      const found = shown?.records.get(filename);
      if (found === undefined) return `${key} lost ${filename}`;
      const { depends } = watch.control.packages[filename]?.record ?? record;
      if (canonicalJson(found.depends) !== canonicalJson(depends)) return `${key} has an old ${filename}`;
    }
  }
  return null;
};

/** Nothing is listed whose true bytes are not there. */
const nothingDangles: RestInvariant = (watch) => {
  for (const [key, shown] of shownNow(watch)) {
    for (const { filename, key: where, bytes } of watch.packages) {
      const entry = watch.objects.get(where);
      if (shown?.records.has(filename) && !(entry && Buffer.from(bytes).equals(entry.bytes)))
        return `${key} lists ${filename}, which is gone`;
    }
  }
  return null;
};

/** What is listed has a passing verdict of its bytes. */
const judged: RestInvariant = (watch) => {
  const out = watch.packages.filter(({ verdict }) => {
    const entry = verdict && watch.objects.get(keyOfVerdict(verdict.id, verdict.sha256));
    return !entry || !isPassing(verdictOf(entry));
  });
  for (const [key, shown] of shownNow(watch)) {
    const listed = out.find(({ filename }) => shown?.records.has(filename));
    if (listed !== undefined) return `${key} lists ${listed.filename}, which the gate does not let in`;
  }
  return null;
};

/** What is withdrawn is out of the index. */
const withdrawnIsOut: RestInvariant = (watch) => {
  for (const [key, shown] of shownNow(watch)) {
    const out = watch.packages.find(
      ({ filename }) => shown?.records.has(filename) && watch.control.packages[filename]?.withdrawn !== undefined,
    );
    if (out !== undefined) return `${key} lists ${out.filename}, which was withdrawn`;
  }
  return null;
};

/** Every output that carries a generation carries the root's, and both forms say the same. */
const converged: RestInvariant = (watch) => {
  const root = watch.objects.get(objectKeySchema.parse(rootKey));
  if (root === undefined) return 'there is no root';
  const { generation } = rootOf(root);
  for (const [key, entry] of watch.objects) {
    const late = isIndexFile(key, entry) && generationOf(entry) !== generation;
    if (late) return `${key} stayed at generation ${generationOf(entry)} of ${generation}`;
  }
  const texts = new Set([...shownNow(watch)].map(([, shown]) => shown?.text));
  return texts.size === 1 && !texts.has(undefined) ? null : 'both forms do not say the same';
};

/** Where there are shards, they list what `repodata.json` lists. */
const shardsAgree: RestInvariant = (watch) => {
  const index = watch.objects.get(shardIndexKey);
  if (index === undefined) return null;
  const shards = shardsOf(index).flatMap((key) => watch.objects.get(key) ?? []);
  const listed = shards.flatMap(listedIn).sort();
  for (const [key, shown] of shownNow(watch)) {
    const records = [...(shown?.records ?? [])].map(([filename, { depends }]) => `${filename}: ${depends}`).sort();
    if (canonicalJson(records) !== canonicalJson(listed)) return `shards list ${listed}, ${key} lists ${records}`;
  }
  return null;
};

/** The rules that hold once all is at rest, by number and name. */
export const restInvariants: Readonly<Record<string, RestInvariant>> = {
  'R1 no lost update': nothingLost,
  'R2 referential': nothingDangles,
  'R8 nothing unjudged': judged,
  'R12 removal order': withdrawnIsOut,
  'R3 no torn read': converged,
  'R3 no torn read, of shards': shardsAgree,
};
