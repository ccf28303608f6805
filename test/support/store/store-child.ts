/** A process of its own that works on a folder store, so that tests can race with it and kill it. */

import { exclusiveLock } from '../../../adapters/store-folder/lock.ts';
import { folderStore } from '../../../adapters/store-folder/store-folder.ts';
import { countUp, key } from './objects.ts';

const [task = '', root = '', share = ''] = process.argv.slice(2);
const store = folderStore(root);

async function publish(where: string, content: Uint8Array): Promise<void> {
  await using staged = await store.stage();
  await staged.write(content);
  await staged.publish(key(where), { a: 'b' });
}

/** The three ways in at once, with objects so large that a kill falls within their writing. */
async function writeThree(letter: string): Promise<void> {
  const content = Buffer.alloc(8_000_000, letter);
  const created = store.put(key(`conda/created-${process.pid}-${letter}`), content, { absent: true });
  const replaced = store.put(key('conda/replaced'), content);
  await Promise.all([created, replaced, publish(`conda/published-${process.pid}-${letter}`, content)]);
}

/** Writes once whole, and again until some share of the time that took is over. */
async function writeAndDie(): Promise<void> {
  const started = performance.now();
  await writeThree('a');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), (performance.now() - started) * Number(share));
  await writeThree('b');
}

const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  count: () => Promise.all(Array.from({ length: 2 }, () => countUp(store, key('counter'), 100))),
  die: writeAndDie,
  work: async () => {
    for (;;) {
      await store.put(key('conda/noarch/small'), Buffer.from('x'));
      console.log('put');
    }
  },
  hold: () =>
    exclusiveLock(root)(async () => {
      console.log('held');
      await new Promise((resolve) => process.stdin.on('end', resolve).resume());
    }),
};

await tasks[task]?.();
