import { indexKey } from '../../core/layout.ts';
import { noarch } from '../../core/subdir.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { openWorld } from '../open-world.ts';
import { portFlag } from '../port-flag.ts';
import { installLines } from '../render/install-lines.ts';
import { serveStore } from '../serve-store.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'serve the store over HTTP like CloudFront would',
  options: { port: { type: 'string' }, host: { type: 'string' } },
  optionHelp: ['--port N           port to listen on (8080)', '--host H           address to listen on (127.0.0.1)'],
  examples: [
    ['gatehouse serve', 'the channel at http://127.0.0.1:8080/conda'],
    ['gatehouse serve --host 0.0.0.0 --port 80', 'for everyone who can reach this machine'],
  ],
  async run({ store, flags, terminal, untilInterrupted }) {
    const port = portFlag(flags['port'], 8080);
    await using world = openWorld(store);
    await using server = await serveStore({ store: world.store, port, host: String(flags['host'] ?? '127.0.0.1') });
    const isEmpty = (await world.store.get(indexKey(world.channel, noarch, 'repodata.json'))) === null;
    if (isEmpty) terminal.err(`nothing is in ${store} yet: gatehouse sync fills it\n`);
    terminal.err(installLines(server.url));
    await untilInterrupted();
    return exitStatus.done;
  },
};
