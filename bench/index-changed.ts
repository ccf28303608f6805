// A process of its own: indexes one subdir knowing which keys changed, as an object's event would tell it. As in the
// cloud it loads neither solver nor proxies.
import { folderStore } from '../adapters/store-folder/store-folder.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { objectKeySchema } from '../core/layout/keys.ts';
import { subdirSchema } from '../core/names/subdir.ts';
import { indexSubdir } from '../core/steps/index-subdir.ts';
import { testGate } from '../test/support/gate/test-gate.ts';

const [store = '', subdir = '', ...keys] = process.argv.slice(2);
const folder = folderStore(store);
const { problems } = await indexSubdir(
  subdirSchema.parse(subdir),
  { store: folder, gate: testGate(folder), channel: 'conda', clock: systemClock, log: () => {} },
  { hints: keys.map((key) => objectKeySchema.parse(key)) },
);
if (problems.length > 0) throw new Error(JSON.stringify(problems));
