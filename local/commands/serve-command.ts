import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { findStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { indexKey } from '../../core/layout/keys.ts';
import { noarch } from '../../core/names/subdir.ts';
import { takeUploads } from '../pipeline/take-uploads.ts';
import { installLines, stoppingText } from '../render/messages.ts';
import { uploadLines } from '../render/upload-lines.ts';
import { serveStore } from '../serve/serve-store.ts';
import { bucketIn, openWorld } from '../world/open-world.ts';
import { readAllowlist } from '../world/repository-files.ts';
import { storedName } from '../world/stored-name.ts';
import { type Command, exitStatus } from './command.ts';
import { listenFlags, listenHelp, listenOptions } from './flags.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'serve the store over HTTP like CloudFront would',
  beginsStore: true,
  options: listenOptions,
  optionHelp: listenHelp,
  examples: [
    [
      'gatehouse serve',
      'conda at http://127.0.0.1:8080/gatehouse, pip at /simple/; /healthz is 200 while the store can be read',
    ],
    ['gatehouse serve --host 0.0.0.0 --port 80', 'for everyone who can reach this machine'],
    ['gatehouse serve --access-log common >> access.log', 'with a line for each request in a file'],
  ],
  async run({ allowlist, store, flags, terminal, untilInterrupted }) {
    const place = listenFlags(flags, terminal);
    // Under load V8 lets the room for young objects grow, and keeps it: with three crowds at once the process grew by 120 MB,
    // with this by 60 MB, at the same speed (npm run soak:serve).
    setFlagsFromString('--optimize-for-size');
    await using world = openWorld(store);
    const given = allowlist === undefined ? null : await named(allowlist);
    const name = given === null ? storedName(world.store) : () => given.name;
    // Who serves may have no right to read what is not served: then no example is given of what can be installed.
    const known = given ?? (await findStoredAllowlist(world.store).catch(() => null));
    const takeUpload = takeUploads(world, allowlist, terminal.err);
    await using server = await serveStore({ store: world.store, name, ...place, takeUpload });
    const isEmpty = (await world.store.get(indexKey(world.channel, noarch, 'repodata.json'))) === null;
    const isThere = bucketIn(store) !== null || existsSync(store);
    if (isEmpty) terminal.err(`${isThere ? 'nothing is in' : 'there is no'} ${store} yet: gatehouse sync fills it\n`);
    const lines = installLines(server.url, { name: await name(), entries: known?.entries ?? [] });
    terminal.err(lines + (await uploadLines(server.url, world.store)));
    await untilInterrupted();
    terminal.err(stoppingText(server.underWay()));
    return exitStatus.done;
  },
};

const named = async (file: string): Promise<Allowlist> => (await readAllowlist(file)).allowlist;
