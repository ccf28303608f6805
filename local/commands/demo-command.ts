import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseLinks } from '../../adapters/refuse-links.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { sync, syncProblems } from '../pipeline/sync.ts';
import { installLines } from '../render/messages.ts';
import { reporter } from '../render/reporter.ts';
import { syncJson, syncSummary } from '../render/sync.ts';
import { buildSampleChannel, sampleAllowlist } from '../sample/sample-channel.ts';
import { buildSampleIndex } from '../sample/sample-index.ts';
import { serveFolder } from '../sample/serve-folder.ts';
import { serveStore } from '../serve/serve-store.ts';
import { bucketIn, openWorld } from '../world/open-world.ts';
import { readAllowlist } from '../world/repository-files.ts';
import { type Command, exitStatus } from './command.ts';
import { listenFlags, listenOptions, portHelp } from './flags.ts';

/** Below the store's private prefix, where nothing is made by hand: it is emptied by each demo. */
const demoFolder = ['_gatehouse', 'demo'] as const;

export const demoCommand: Command = {
  name: 'demo',
  summary: 'build a small sample upstream on the spot, run the whole pipeline against it, serve it',
  beginsStore: true,
  options: { once: { type: 'boolean' }, port: listenOptions.port },
  optionHelp: ['--once             end after the proof', portHelp],
  examples: [
    [
      'gatehouse demo',
      'then install from http://127.0.0.1:8080/gatehouse, or with pip from http://127.0.0.1:8080/simple/',
    ],
    ['gatehouse demo --once', 'without serving; the channel is left in .gatehouse/_gatehouse/demo/store'],
  ],
  async run({ store, json, flags, terminal, untilInterrupted }) {
    if (bucketIn(store) !== null) throw needsFolder(store);
    const { port, log } = listenFlags(flags, terminal);
    const folder = join(store, ...demoFolder);
    // Emptying the demo's folder through a link would delete what lies elsewhere.
    refuseLinks(store, folder);
    await using world = openWorld(join(folder, 'store'));
    await using server = flags['once'] === true ? null : await serveStore({ store: world.store, port, log });
    await using upstream = await sampleUpstream(folder);
    const { allowlist, written } = await readAllowlist(upstream.allowlist);
    terminal.err(`a sample upstream at ${upstream.url}; ${upstream.allowlist} says what may come in\n`);
    const report = reporter(terminal);
    const done = await sync(allowlist, world, report.log, { written });
    report.finish();
    const problems = syncProblems(done);
    if (json) terminal.out(`${syncJson(done)}\n`);
    terminal.err(syncSummary(done, problems));
    if (server !== null) {
      terminal.err(installLines(server.url, allowlist));
      await untilInterrupted();
    }
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  },
};

const needsFolder = (store: string): GatehouseError =>
  new GatehouseError('usage.invalid', `--store is "${store}", and the demo builds its upstream in a folder`, {
    hint: 'leave --store away, or name a folder',
  });

/** Builds the sample channel and the sample index afresh, and serves it for as long as it is not disposed of. */
async function sampleUpstream(folder: string): Promise<{ url: string; allowlist: string } & AsyncDisposable> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await buildSampleChannel(join(folder, 'upstream'));
  await buildSampleIndex(join(folder, 'upstream'));
  const server = await serveFolder(join(folder, 'upstream'));
  const allowlist = join(folder, 'allowlist.json');
  await writeFile(allowlist, sampleAllowlist(server.url, `${server.url}/simple`));
  return { url: server.url, allowlist, [Symbol.asyncDispose]: () => server.close() };
}
