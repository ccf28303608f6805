// A process of its own: indexes one subdir knowing which keys changed, as an object's event would tell it.
import { objectKeySchema } from '../core/layout.ts';
import { indexSubdir } from '../core/steps/index.ts';
import { subdirSchema } from '../core/subdir.ts';
import { openWorld } from '../local/open-world.ts';

const [store = '', subdir = '', ...keys] = process.argv.slice(2);
await using world = openWorld(store);
const { problems } = await indexSubdir(
  subdirSchema.parse(subdir),
  { ...world, log: () => {} },
  { hints: keys.map((key) => objectKeySchema.parse(key)) },
);
if (problems.length > 0) throw new Error(JSON.stringify(problems));
