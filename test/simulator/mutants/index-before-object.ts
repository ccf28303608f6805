import { readControl } from '../../../core/documents/control.ts';
import { provenanceSchema } from '../../../core/documents/provenance.ts';
import { parseJson } from '../../../core/json/json.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import type { Store } from '../../../core/ports/store.ts';
import type { Indexer } from '../indexer.ts';
import { channel, subdir } from '../simulated-package.ts';
import {
  decided,
  following,
  ifUnchanged,
  type Lines,
  publish,
  readState,
  sameLines,
  untilDone,
  writeState,
} from '../small-index.ts';

/** Flaw: it believes what is known of packages, which is written before their bytes are there. */
export const indexBeforeObject: Indexer = ({ store, clock }) =>
  untilDone(clock, async () => {
    const { state, etag } = await readState(store);
    const control = await readControl(store, channel, subdir);
    const lines = decided(await ledger(store), control.control);
    if (etag !== null && sameLines(lines, state.lines) && control.etag === state.control)
      return !(await publish(store, state));
    const next = following(state, lines, control.etag);
    if ((await writeState(store, next, ifUnchanged(etag))).status === 'written') await publish(store, next);
    return false;
  });

async function ledger(store: Store): Promise<Lines> {
  const lines: Lines = {};
  for await (const { key, etag } of store.list(`_gatehouse/provenance/${channel}/${subdir}/`)) {
    const object = await store.get(key);
    if (object === null) continue;
    const text = Buffer.from(await object.read(0, object.size)).toString('utf8');
    const { filename, record } = parseJson(text, provenanceSchema, key);
    lines[packageFileNameSchema.parse(filename)] = { etag, record, shown: null };
  }
  return lines;
}
